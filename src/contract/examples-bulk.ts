/** The examples of bulk issue; the ids are those of the other examples. */

const job = {
  jobId: 'bulk_4c1de0a97f3b4b0f8a6d',
  programId: 'DEMO',
  clientId: 'demo-partner',
  name: 'january.csv',
  format: 'ndjson',
  dryRun: true,
  state: 'checked',
  problem: null,
  bytes: 412,
  rows: 2,
  good: 1,
  issued: 0,
  repeated: 0,
  refused: 1,
  createdDate: '2025-01-01T08:00:00+00:00',
  startedDate: null,
  finishedDate: null,
  rowsDeletedDate: null,
};

const started = { ...job, state: 'running', startedDate: '2025-01-01T08:05:00+00:00' };

/** What an upload holds, in both forms. */
export const files = {
  'application/x-ndjson': `{"reference":"january-1","module":1,"clientUserId":"traveller-1","extra":{"firstName":"Ada","lastName":"Lovelace","expirationDate":"2028-12-31T23:59:59+00:00","availableUsages":2,"allowedResources":{"resourceIds":[]}}}
{"reference":"january-2","module":1,"clientUserId":"traveller-2","extra":{"firstName":"Grace","lastName":"Hopper","expirationDate":"2028-12-31T23:59:59+00:00","availableUsages":0,"allowedResources":{"iata":["MAN","LHR"]}}}
`,
  'text/csv': `reference,module,clientUserId,firstName,lastName,activationDate,expirationDate,availableUsages,resourceIds,iata,countryOrRegion
january-1,1,traveller-1,Ada,Lovelace,,2028-12-31T23:59:59+00:00,2,all,,
january-2,1,traveller-2,Grace,Hopper,,2028-12-31T23:59:59+00:00,0,,MAN LHR,
`,
} as const;

const rows = [
  {
    row: 1,
    reference: 'january-1',
    verdict: 'good',
    orderId: null,
    ePassId: null,
    error: null,
    message: null,
    details: [],
  },
  {
    row: 2,
    reference: 'january-2',
    verdict: 'refused',
    orderId: null,
    ePassId: null,
    error: 'REQUEST_INVALID',
    message: 'Correct the fields named in details and send the request again.',
    details: [{ field: 'extra.availableUsages', problem: 'must be >= 1' }],
  },
];

export const upload = { data: { ...job, state: 'checking', good: 1 } };
export const one = { data: job };
export const list = { data: { jobs: [job], nextCursor: null } };
export const start = { data: started };
export const stop = { data: { ...started, state: 'stopped' } };
export const cancel = { data: { ...job, state: 'cancelled', finishedDate: '2025-01-01T08:10:00+00:00' } };
export const verdictList = { data: { rows, nextCursor: null } };
export const csv = {
  data: `row,reference,verdict,orderId,ePassId,error,details\r
1,january-1,issued,DP00000000000001,1788000066668888,,\r
2,january-2,refused,,,REQUEST_INVALID,availableUsages must be >= 1\r
`,
};
export const ndjson = { data: `${rows.map((row) => JSON.stringify(row)).join('\n')}\n` };
