import { catalogue } from '../words/catalogue.ts';

/** What the screen Audit log says. Acts and details are shown as they were written down. */
export const auditLogWords = catalogue({
  en: {
    auditLog: 'Audit log',
    auditLogNote: 'What was done by whom, newest first. Each line holds a proof over the one before.',
    actor: 'By',
    act: 'Act',
    subject: 'To',
    from: 'From',
    to: 'Until',
    filter: 'Search',
    number: 'No.',
    at: 'When',
    programme: 'Programme',
    details: 'Details',
    proof: 'Proof',
    nothing: 'Nothing was done',
    nothingText: 'Nothing in the log fits what you look for.',
  },
  de: {
    auditLog: 'Protokoll',
    auditLogNote: 'Was wer getan hat, das Neueste zuerst. Jede Zeile trägt einen Beleg über die vorige.',
    actor: 'Von',
    act: 'Handlung',
    subject: 'An',
    from: 'Ab',
    to: 'Bis',
    filter: 'Suchen',
    number: 'Nr.',
    at: 'Wann',
    programme: 'Programm',
    details: 'Einzelheiten',
    proof: 'Beleg',
    nothing: 'Nichts wurde getan',
    nothingText: 'Nichts im Protokoll passt zu dem, was Sie suchen.',
  },
});
