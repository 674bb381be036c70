/** The version of this package, as package.json has it; a copy, because only code above reads files. */
export const version = '0.1.0';
