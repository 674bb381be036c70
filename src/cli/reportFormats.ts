/** The forms in which a result can be written to stdout. */
export const reportFormats = ['text', 'json', 'junit', 'github'] as const;
export type ReportFormat = (typeof reportFormats)[number];
