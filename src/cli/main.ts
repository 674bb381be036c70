#!/usr/bin/env node
/** The command's entry. */
import { runCommandLine } from './program.js';

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
});

process.exitCode = await runCommandLine(process.argv.slice(2));
