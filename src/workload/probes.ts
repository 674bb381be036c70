/** Rare paths of the applications. */
import { defineProbes } from '../engine/probes.js';

export const workloadProbes = defineProbes('applications', {
  'member-joined-later': {
    meaning: 'A fault of the class `client` added a member to a running group.',
    needs: ['groups', 'client faults'],
  },
});
