import type { FastifyRequest } from 'fastify';
import type { Route } from '../contract/routes.ts';
import { validator } from '../contract/validate.ts';
import { fieldRefusal } from '../domain/refusal.ts';
import { uploadOf } from './upload.ts';

/** Makes the function that checks a request of a route and gives its parts, typed by the route's schemas. */
export function readerOf(route: Route) {
  const params = route.params === undefined ? null : validator(route.params);
  const query = route.query === undefined ? null : validator(route.query);
  const body = route.body === undefined ? null : validator(route.body);
  return (request: FastifyRequest) => {
    if (query === null) refuseQuery(request);
    if (body === null && route.upload === undefined) refuseBody(request);
    return {
      ...(params === null ? {} : { params: params(request.params) }),
      ...(query === null ? {} : { query: query(request.query) }),
      ...(body === null ? {} : { body: body(request.body) }),
      ...(route.upload === undefined ? {} : { upload: uploadOf(request) }),
    };
  };
}

function refuseQuery(request: FastifyRequest): void {
  const [field] = Object.keys(request.query as object);
  if (field !== undefined) throw fieldRefusal('REQUEST_INVALID', field.slice(0, 120), 'is not a field of this request');
}

/** A body where none is taken is a mistake, and is not dropped; an empty object says nothing. */
function refuseBody(request: FastifyRequest): void {
  if (request.body === undefined || request.body === null) return;
  const [field] = typeof request.body === 'object' ? Object.keys(request.body) : ['body'];
  if (field !== undefined) throw fieldRefusal('REQUEST_INVALID', field.slice(0, 120), 'is not a field of this request');
}
