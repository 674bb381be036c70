/** `--require`: which classes of faults and which guarantees decide the exit code. */
import { guaranteeNames, type GuaranteeName } from '../check/Finding.js';
import { FAULT_CLASSES, type FaultClass } from '../faults/Fault.js';
import { meaningfulClasses, type TrialConfiguration } from '../explore/configuration.js';
import { DEFAULT_CLASSES, defaultGuarantees } from '../explore/requirements.js';
import { nearest } from '../scenario/nearest.js';
import { usageError } from './CliError.js';

export interface Required {
  readonly classes: readonly FaultClass[];
  readonly guarantees: readonly GuaranteeName[];
}

/** A list with only classes keeps the default guarantees, and the other way round; `all` stands for every class. Classes that mean nothing to the configuration are left out. */
export function parseRequired(list: string | undefined, configuration: TrialConfiguration): Required {
  const classes: FaultClass[] = [];
  const guarantees: GuaranteeName[] = [];
  for (const word of (list ?? '').split(',').map((text) => text.trim())) {
    const faultClass = FAULT_CLASSES.find((name) => name === word);
    const guarantee = guaranteeNames.find((name) => name === word);
    if (word === 'all') classes.push(...FAULT_CLASSES);
    else if (faultClass !== undefined) classes.push(faultClass);
    else if (guarantee !== undefined) guarantees.push(guarantee);
    else if (word !== '' || list === '') {
      const near = nearest(word, [...FAULT_CLASSES, ...guaranteeNames]);
      throw usageError(
        `--require ${list ?? ''}: "${word}" is neither a class of faults nor a guarantee`,
        near === undefined
          ? `write some of the classes ${FAULT_CLASSES.join(', ')} (or all), and of the guarantees ${guaranteeNames.join(', ')}`
          : `did you mean ${near}?`,
      );
    }
  }
  const named = classes.length === 0 ? DEFAULT_CLASSES : FAULT_CLASSES.filter((name) => classes.includes(name));
  const meant = meaningfulClasses(configuration, named);
  return {
    classes: meant,
    guarantees:
      guarantees.length === 0 ? defaultGuarantees(configuration, meant) : guaranteeNames.filter((name) => guarantees.includes(name)),
  };
}
