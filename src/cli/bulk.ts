import type { ApiCommandPlan } from './api-command.ts';

const group = 'passes';
const words = ['jobId'];

/** Commands about files of rows. */
export const bulkCommands: readonly ApiCommandPlan[] = [
  {
    name: 'bulk list',
    operationId: 'listBulkJobs',
    group,
    list: {
      items: 'jobs',
      columns: [
        ['id', 'jobId'],
        ['name', 'name'],
        ['state', 'state'],
        ['rows', 'rows'],
        ['good', 'good'],
        ['issued', 'issued'],
        ['repeated', 'repeated'],
        ['refused', 'refused'],
      ],
    },
    examples: [['bulk list', 'Files of rows and how far they are, newest first.']],
  },
  {
    name: 'bulk show',
    operationId: 'getBulkJob',
    group,
    words,
    examples: [['bulk show bulk_0123456789abcdef', 'One of them.']],
  },
  {
    name: 'bulk start',
    operationId: 'startBulkJob',
    group,
    words,
    examples: [['bulk start bulk_0123456789abcdef', 'Issue what a dry run found good.']],
  },
  {
    name: 'bulk stop',
    operationId: 'stopBulkJob',
    group,
    words,
    examples: [['bulk stop bulk_0123456789abcdef', 'Pause where it is.']],
  },
  {
    name: 'bulk resume',
    operationId: 'resumeBulkJob',
    group,
    words,
    examples: [['bulk resume bulk_0123456789abcdef', 'Go on.']],
  },
  {
    name: 'bulk cancel',
    operationId: 'cancelBulkJob',
    group,
    words,
    examples: [['bulk cancel bulk_0123456789abcdef', 'End it for good; passes that were issued stay.']],
  },
  {
    name: 'bulk rows',
    operationId: 'listBulkRows',
    csv: 'downloadBulkResult',
    group,
    words,
    list: {
      items: 'rows',
      columns: [
        ['row', 'row'],
        ['reference', 'reference'],
        ['verdict', 'verdict'],
        ['ePassId', 'ePassId'],
        ['error', 'error'],
        ['message', 'message'],
      ],
    },
    examples: [
      ['bulk rows bulk_0123456789abcdef --verdict refused --all-pages', 'What was refused, and why.'],
      ['bulk rows bulk_0123456789abcdef --csv > result.csv', 'The verdict of every row.'],
    ],
  },
];
