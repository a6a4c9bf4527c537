import type { Static, TSchema } from 'typebox';
import type { Answer } from '../contract/answer.ts';
import type { OperationId, routes } from '../contract/routes.ts';
import { changeAccount, createAccount, listAccounts, resetPassword } from '../operations/accounts.ts';
import type { Caller } from '../operations/caller.ts';
import { cancelOrder } from '../operations/cancel-order.ts';
import { getResource, getTransportHub, listResources, listTransportHubs, setClosure } from '../operations/catalogue.ts';
import { getDelivery, listDeliveries, resendDeliveries } from '../operations/deliveries.ts';
import { changeEndpoint, createEndpoint, getEndpoint, listEndpoints } from '../operations/endpoints.ts';
import { giveBackUse } from '../operations/give-back-use.ts';
import { issuePass } from '../operations/issue-pass.ts';
import { listAuditLog } from '../operations/list-audit-log.ts';
import { listEvents } from '../operations/list-events.ts';
import { listUsages, listUserPasses, usageDetails } from '../operations/list-usages.ts';
import { checkPass, redeemPass } from '../operations/redeem-pass.ts';
import { searchPass } from '../operations/search-pass.ts';
import { changeLanguage, changePassword, currentSession, endSession } from '../operations/sessions.ts';
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
  Part<(typeof routes)[Id], 'body'>;

/** The routes that ask for a client; the others open the way to them. */
export type ClientOperationId = Exclude<OperationId, 'fetchToken' | 'signIn'>;

/** Which verb answers which route. */
export const operations: {
  readonly [Id in ClientOperationId]: (world: World, caller: Caller, request: RequestOf<Id>) => Promise<Answer>;
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
  currentSession,
  changeLanguage,
  endSession,
  changePassword,
  listAccounts,
  createAccount,
  changeAccount,
  resetPassword,
  listAuditLog,
};
