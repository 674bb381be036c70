import { describe, expect, it } from 'vitest';
import { defineProbes, defineProbeTable, Probes } from './probes.js';

const area = defineProbes('test', {
  'taken-now-and-then': 'A branch that is seldom taken.',
  'needs-something': { meaning: 'Another.', needs: ['storms'] },
});
const table = defineProbeTable('weather', 'It went from the row to the column.', ['sun', 'rain'], ['sun', 'rain', 'snow']);

describe('probes', () => {
  it('count what is hit, by declaration, and tell what was hit only', () => {
    const probes = new Probes();
    probes.hit(area['taken-now-and-then']);
    probes.hit(area['taken-now-and-then'], 4);
    expect(probes.count(area['taken-now-and-then'])).toBe(5);
    expect(probes.entries()).toEqual([['taken-now-and-then', 5]]);
  });

  it('count the cells of a table each by itself, beside the probes', () => {
    const probes = new Probes();
    for (const column of table.columns) probes.hitCell(table.cell('rain', column));
    probes.hitCell(table.cell('sun', 'rain'));
    probes.hitCell(table.cell('rain', 'snow'));
    expect(probes.entries()).toEqual([
      ['weather/sun/rain', 1],
      ['weather/rain/sun', 1],
      ['weather/rain/rain', 1],
      ['weather/rain/snow', 2],
    ]);
  });

  it('of one run are not those of another', () => {
    const probes = new Probes();
    probes.hit(area['needs-something']);
    expect(new Probes().entries()).toEqual([]);
  });

  it('keep what they mean and what they need', () => {
    expect(area['taken-now-and-then']).toMatchObject({ area: 'test', meaning: 'A branch that is seldom taken.', needs: [] });
    expect(area['needs-something'].needs).toEqual(['storms']);
  });

  it('have a name of their own, and a table no cell that was not declared', () => {
    expect(() => defineProbes('elsewhere', { 'needs-something': 'The same name again.' })).toThrow(
      'probe needs-something is declared twice',
    );
    expect(() => table.cell('sun', 'hail' as 'snow')).toThrow('weather has no cell sun, hail');
  });
});
