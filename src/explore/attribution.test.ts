import { expect, it } from 'vitest';
import { requiredFindings } from './attribution.js';
import { recommended } from './configuration.js';

it('does not ask a seed without faults for what its shape does not promise even then', () => {
  const findings = [{ guarantee: 'producer-order', kind: 'producer-order-violated', message: '', timeUs: 0 }];
  const asked = (unpromised: readonly ('none' | 'crash')[]): number =>
    requiredFindings(
      { classes: [], findings, shape: { text: '', concerned: ['producer-order'], unpromised: { 'producer-order': unpromised } } },
      { configuration: recommended(), requiredClasses: ['crash'], requiredGuarantees: ['producer-order'] },
    ).length;
  expect(asked(['crash'])).toBe(1);
  expect(asked(['none', 'crash'])).toBe(0);
});
