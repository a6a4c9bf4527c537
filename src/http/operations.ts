import type { Static, TSchema } from 'typebox';
import type { Answer, FileAnswer } from '../contract/answer.ts';
import type { OperationId, routes } from '../contract/routes.ts';
import {
  cancelBulkJob,
  getBulkJob,
  listBulkJobs,
  resumeBulkJob,
  startBulkJob,
  stopBulkJob,
} from '../operations/bulk-jobs.ts';
import type { Upload } from '../operations/bulk-reader.ts';
import { downloadBulkResult, downloadBulkResultLines, listBulkRows } from '../operations/bulk-rows.ts';
import { uploadBulk } from '../operations/bulk-upload.ts';
import type { Caller } from '../operations/caller.ts';
import { cancelOrder } from '../operations/cancel-order.ts';
import { getResource, getTransportHub, listResources, listTransportHubs, setClosure } from '../operations/catalogue.ts';
import { getDelivery, listDeliveries, resendDeliveries } from '../operations/deliveries.ts';
import { changeEndpoint, createEndpoint, getEndpoint, listEndpoints } from '../operations/endpoints.ts';
import { giveBackUse } from '../operations/give-back-use.ts';
import { issuePass } from '../operations/issue-pass.ts';
import { listEvents } from '../operations/list-events.ts';
import { listUsages, listUserPasses, usageDetails } from '../operations/list-usages.ts';
import { checkPass, redeemPass } from '../operations/redeem-pass.ts';
import { searchPass } from '../operations/search-pass.ts';
import { addSigningKey } from '../operations/signing-keys.ts';
import { setClock, simulateCancellation, simulateRedemption } from '../operations/simulate.ts';
import { resumePass, suspendPass } from '../operations/suspend-pass.ts';
import { testEndpoint } from '../operations/test-endpoint.ts';
import type { World } from '../operations/world.ts';

type Part<R, K extends string> = R extends { readonly [key in K]: infer S extends TSchema }
  ? { readonly [key in K]: Static<S> }
  : unknown;

/** What a route's validators make of a request. */
type RequestOf<Id extends OperationId> = Part<(typeof routes)[Id], 'params'> &
  Part<(typeof routes)[Id], 'query'> &
  Part<(typeof routes)[Id], 'body'> &
  ((typeof routes)[Id] extends { readonly upload: unknown } ? { readonly upload: Upload | null } : unknown);

/** A route whose answer is a file has no other. */
type AnswerOf<Id extends OperationId> = (typeof routes)[Id] extends { readonly file: unknown } ? FileAnswer : Answer;

/** The routes that ask for a client; the others are answered by the server itself. */
export type ClientOperationId = Exclude<OperationId, 'fetchToken'>;

/** Which verb answers which route. */
export const operations: {
  readonly [Id in ClientOperationId]: (world: World, caller: Caller, request: RequestOf<Id>) => Promise<AnswerOf<Id>>;
} = {
  issuePass,
  searchPass,
  cancelOrder,
  suspendPass,
  resumePass,
  listUserPasses,
  redeemPass,
  checkPass,
  giveBackUse,
  listUsages,
  usageDetails,
  listTransportHubs,
  getTransportHub,
  listResources,
  getResource,
  setClosure,
  simulateRedemption,
  simulateCancellation,
  setClock,
  listEndpoints,
  createEndpoint,
  getEndpoint,
  changeEndpoint,
  addSigningKey,
  testEndpoint,
  listDeliveries,
  getDelivery,
  resendDeliveries,
  listEvents,
  uploadBulk,
  listBulkJobs,
  getBulkJob,
  startBulkJob,
  stopBulkJob,
  resumeBulkJob,
  cancelBulkJob,
  listBulkRows,
  downloadBulkResult,
  downloadBulkResultLines,
};
