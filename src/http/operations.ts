import type { Static, TSchema } from 'typebox';
import type { Answer } from '../contract/answer.ts';
import type { OperationId, routes } from '../contract/routes.ts';
import { changeAccount, createAccount, listAccounts, resetPassword } from '../operations/accounts.ts';
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
import type { Call } from '../operations/call.ts';
import { cancelOrder } from '../operations/cancel-order.ts';
import { getResource, getTransportHub, listResources, listTransportHubs } from '../operations/catalogue.ts';
import { changeResource } from '../operations/change-resource.ts';
import { addClientKey, revokeClient, revokeClientKey, rotateSecret } from '../operations/client-access.ts';
import { clientTraffic } from '../operations/client-traffic.ts';
import { changeClient, createClient, getClient, listClients } from '../operations/clients.ts';
import { createResource } from '../operations/create-resource.ts';
import { getDelivery, listDeliveries, resendDeliveries } from '../operations/deliveries.ts';
import { createDevice, currentDevice, listDevices, revokeDevice } from '../operations/devices.ts';
import { changeEndpoint, createEndpoint, getEndpoint, listEndpoints } from '../operations/endpoints.ts';
import { findPasses } from '../operations/find-passes.ts';
import { giveBackUse } from '../operations/give-back-use.ts';
import { issuePass } from '../operations/issue-pass.ts';
import { listAuditLog } from '../operations/list-audit-log.ts';
import { listEvents } from '../operations/list-events.ts';
import { listUsages, listUserPasses, usageDetails } from '../operations/list-usages.ts';
import { offerResource, withdrawResource } from '../operations/offer-resource.ts';
import { passHistory, passHistoryCsv } from '../operations/pass-history.ts';
import { linkPass, revokePassLink } from '../operations/pass-links.ts';
import { changeProgramme, createProgramme, listProgrammes } from '../operations/programmes.ts';
import { enterRate, listRates } from '../operations/rates.ts';
import { checkPass, redeemPass } from '../operations/redeem-pass.ts';
import { reportExpiring, reportExpiringCsv } from '../operations/report-expiring.ts';
import { reportLiability, reportLiabilityCsv } from '../operations/report-liability.ts';
import { reportRefusals, reportRefusalsCsv } from '../operations/report-refusals.ts';
import { reportToday, reportTodayCsv } from '../operations/report-today.ts';
import { reportUsage, reportUsageCsv } from '../operations/report-usage.ts';
import { searchPass } from '../operations/search-pass.ts';
import { changeLanguage, changePassword, currentSession, endSession } from '../operations/sessions.ts';
import { addSigningKey } from '../operations/signing-keys.ts';
import { setClock, simulateCancellation, simulateRedemption } from '../operations/simulate.ts';
import { resumePass, suspendPass } from '../operations/suspend-pass.ts';
import { testEndpoint } from '../operations/test-endpoint.ts';
import { changeTransportHub, createTransportHub } from '../operations/transport-hubs.ts';
import type { World } from '../operations/world.ts';

type Part<R, K extends string> = R extends { readonly [key in K]: infer S extends TSchema }
  ? { readonly [key in K]: Static<S> }
  : unknown;

/** What a route's validators make of a request. */
type RequestOf<Id extends OperationId> = Part<(typeof routes)[Id], 'params'> &
  Part<(typeof routes)[Id], 'query'> &
  Part<(typeof routes)[Id], 'body'> &
  ((typeof routes)[Id] extends { readonly upload: unknown } ? { readonly upload: Upload | null } : unknown);

/** The routes that do not ask who calls: http/open-operations.ts answers them. */
export type OpenOperationId = {
  [Id in OperationId]: (typeof routes)[Id]['scopes'] extends null ? Id : never;
}[OperationId];

/** The routes that ask who calls. */
export type CallerOperationId = Exclude<OperationId, OpenOperationId>;

/** Which verb answers which route that asks who calls. */
export const operations: {
  readonly [Id in CallerOperationId]: (world: World, call: Call, request: RequestOf<Id>) => Promise<Answer>;
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
  simulateRedemption,
  simulateCancellation,
  setClock,
  linkPass,
  revokePassLink,
  listDevices,
  createDevice,
  currentDevice,
  revokeDevice,
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
  findPasses,
  passHistory,
  passHistoryCsv,
  reportToday,
  reportTodayCsv,
  reportUsage,
  reportUsageCsv,
  reportLiability,
  reportLiabilityCsv,
  reportExpiring,
  reportExpiringCsv,
  reportRefusals,
  reportRefusalsCsv,
  listRates,
  enterRate,
  currentSession,
  changeLanguage,
  endSession,
  changePassword,
  listAccounts,
  createAccount,
  changeAccount,
  resetPassword,
  listAuditLog,
  listProgrammes,
  createProgramme,
  changeProgramme,
  createTransportHub,
  changeTransportHub,
  createResource,
  changeResource,
  offerResource,
  withdrawResource,
  listClients,
  createClient,
  getClient,
  changeClient,
  rotateSecret,
  addClientKey,
  revokeClientKey,
  revokeClient,
  clientTraffic,
};
