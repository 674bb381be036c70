/** JUnit XML as CI servers read it: one suite of test cases, each passed, failed, skipped or in error. */
import { markup, type Markup } from './markup.js';

export interface JunitCase {
  /** Where in a CI server's tree it appears, with dots between the levels. */
  readonly className: string;
  readonly name: string;
  /** `error`: something that is not the subject's fault. */
  readonly outcome: 'passed' | 'failure' | 'error' | 'skipped';
  /** One line: what failed, or why it was skipped. Nothing for what passed. */
  readonly message?: string;
  /** Of a failure: such as the guarantee. */
  readonly type?: string;
  /** Of a failure or an error: the whole story. */
  readonly body?: string;
}

export interface JunitSuite {
  readonly name: string;
  readonly seconds: number;
  /** What was on trial. */
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly cases: readonly JunitCase[];
}

export function junitText({ name, seconds, properties, cases }: JunitSuite): string {
  const count = (outcome: JunitCase['outcome']): number => cases.filter((one) => one.outcome === outcome).length;
  const numbers = markup`tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${seconds.toFixed(3)}"`;
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="trialrun" ${numbers}>
  <testsuite name="${name}" ${numbers}>
    <properties>${properties.map(
      ([property, value]) => markup`
      <property name="${property}" value="${value}"/>`,
    )}
    </properties>
${cases.map(caseMarkup)}  </testsuite>
</testsuites>`.text;
}

function caseMarkup({ className, name, outcome, message = '', type, body = '' }: JunitCase): Markup {
  const start = markup`    <testcase classname="${className}" name="${name}"`;
  switch (outcome) {
    case 'passed':
      return markup`${start}/>\n`;
    case 'skipped':
      return markup`${start}><skipped message="${message}"/></testcase>\n`;
    case 'error':
      return markup`${start}><error message="${message}">${body}</error></testcase>\n`;
    case 'failure':
      return markup`${start}><failure${type === undefined ? '' : markup` type="${type}"`} message="${message}">${body}</failure></testcase>\n`;
  }
}
