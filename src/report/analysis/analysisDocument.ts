/** The published analysis of one or several runs of one configuration, as a document: abstract, background, test design, results, discussion, reproduction. */
import type { AnalysisSubject } from './AnalysisSubject.js';
import { background } from './background.js';
import { design } from './design.js';
import { discussion } from './discussion.js';
import { abstract } from './abstract.js';
import { documentHtml } from './documentHtml.js';
import { documentMarkdown } from './documentMarkdown.js';
import type { Document } from './Document.js';
import { foreign } from './Document.js';
import { reproduction } from './reproduction.js';
import { results } from './results.js';

/** @param subjects runs of one release and configuration, at least one. @throws Error without any. */
export function analysisDocument(subjects: readonly AnalysisSubject[], version: string): Document {
  const [first] = subjects;
  if (first === undefined) throw new Error('an analysis needs a run');
  const { scenario } = first;
  const title = scenario.title === '' ? scenario.name : scenario.title;
  return {
    kicker: `Trialrun analysis · Kafka ${scenario.release} (simulated)`,
    title: [foreign(title)],
    plainTitle: `${title} · Trialrun analysis`,
    abstract: abstract(subjects),
    sections: [background(subjects), design(subjects), results(subjects), discussion(subjects), reproduction(subjects)],
    footer: [
      `Written by Trialrun ${version} from the runs themselves. Apache Kafka is a trademark of the Apache Software Foundation; Trialrun is not affiliated with it.`,
    ],
    version,
  };
}

/** Names and texts of the files of a published analysis. */
export function documentFiles(document: Document): [name: string, text: string][] {
  return [
    ['analysis.html', documentHtml(document)],
    ['analysis.md', documentMarkdown(document)],
  ];
}
