import { describe, expect, it } from 'vitest';
import { allBuggifySites, defineBuggifySite } from './Buggify.js';
import { EventRecorder } from './events.js';
import { Simulation } from './Simulation.js';

const early = defineBuggifySite('test/early', 'something happens before it is due');
const late = defineBuggifySite('test/late', 'something happens after it is due');

/** Which of a hundred passes of each site fired. */
function passes(sites: Record<string, number>, seed = '1'): { early: boolean[]; late: boolean[]; simulation: Simulation } {
  const simulation = new Simulation(seed);
  simulation.buggify.enable(sites);
  const fired = { early: [] as boolean[], late: [] as boolean[] };
  for (let i = 0; i < 100; i++) {
    fired.early.push(simulation.buggify.fires(early));
    fired.late.push(simulation.buggify.fires(late));
  }
  return { ...fired, simulation };
}

const count = (fired: readonly boolean[]): number => fired.filter(Boolean).length;

describe('buggify', () => {
  it('is off until a site is enabled, and leaves neither event nor name behind', () => {
    const { early: fired, simulation } = passes({});
    const untouched = new Simulation('1');
    expect(count(fired)).toBe(0);
    expect(simulation.bus.hash).toBe(untouched.bus.hash);
    expect(simulation.bus.names.find('test/early')).toBe(-1);
  });

  it('fires an enabled site with its probability, and no other', () => {
    const { early: fired, late: other } = passes({ 'test/early': 0.3 });
    expect(count(fired)).toBeGreaterThan(15);
    expect(count(fired)).toBeLessThan(45);
    expect(count(other)).toBe(0);
    expect(count(passes({ 'test/early': 1 }).early)).toBe(100);
    expect(count(passes({ 'test/early': 0 }).early)).toBe(0);
  });

  it('gives each site dice of its own: leaving one out changes nothing for another', () => {
    const both = passes({ 'test/early': 0.3, 'test/late': 0.3 });
    expect(passes({ 'test/late': 0.3 }).late).toEqual(both.late);
    expect(both.early).not.toEqual(both.late);
    expect(passes({ 'test/early': 0.3 }, '2').early).not.toEqual(both.early);
  });

  it('tells an amount from 1 to the most when the site fires, else 0', () => {
    const simulation = new Simulation('1');
    simulation.buggify.enable({ 'test/late': 0.5 });
    const amounts = Array.from({ length: 400 }, () => simulation.buggify.amount(late, 3));
    expect(new Set(amounts)).toEqual(new Set([0, 1, 2, 3]));
    expect(simulation.buggify.amount(early, 3)).toBe(0);
  });

  it('says every time that a site fires, as an event and as a probe', () => {
    const simulation = new Simulation('1');
    const recorder = new EventRecorder(simulation.bus);
    simulation.buggify.enable({ 'test/early': 1 });
    simulation.buggify.fires(early);
    simulation.buggify.fires(late);
    expect(recorder.slice().map(({ type, fields }) => `${type} ${fields['site']}`)).toEqual(['buggify-fired test/early']);
    expect(simulation.probes.entries()).toEqual([['buggify/test/early', 1]]);
  });

  it('stays silent once it is disabled', () => {
    const simulation = new Simulation('1');
    simulation.buggify.enable({ 'test/early': 1 });
    simulation.buggify.disable();
    expect(simulation.buggify.fires(early)).toBe(false);
  });

  it('knows every declared site, declares none twice and enables none that is unknown', () => {
    expect(allBuggifySites().map(({ id }) => id)).toEqual(['test/early', 'test/late']);
    expect(() => defineBuggifySite('test/early', 'again')).toThrow('buggify site test/early is declared twice');
    expect(() => new Simulation('1').buggify.enable({ 'test/erly': 1 })).toThrow('there is no buggify site test/erly');
  });
});
