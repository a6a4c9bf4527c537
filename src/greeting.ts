import { SignJWT } from 'jose';
import { day } from './domain/calendar.ts';
import type { Credentials } from './operations/first-start.ts';
import type { Configuration } from './system/configuration.ts';

/** What a newcomer sees: where it runs, how safe it is, and one line to paste. */
export async function greetingOf(
  baseUrl: string,
  credentials: Credentials | null,
  configuration: Configuration,
): Promise<string> {
  const database = configuration.databaseUrl === null ? `embedded, in ${configuration.dataFolder}` : 'PostgreSQL';
  const lines = ['', `Passdesk is ready at ${baseUrl} (database: ${database})`];
  lines.push(`Operator console: ${configuration.publicUrl ?? baseUrl}/console`, `API reference: ${baseUrl}/docs`);
  if (credentials !== null) {
    const file = `${configuration.dataFolder}/credentials.json`;
    lines.push(`Demo credentials: ${file} (sign in as ${credentials.admin.email})`, '', 'Issue a pass:', '');
    lines.push(await demoCurl(baseUrl, credentials), '');
  }
  return `${lines.join('\n')}\n`;
}

async function demoCurl(baseUrl: string, credentials: Credentials): Promise<string> {
  const { issuer, secret } = credentials.partner;
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime('23h')
    .sign(new TextEncoder().encode(secret));
  const nextYear = new Date(Date.now() + 365 * day).toISOString().slice(0, 10);
  const body = {
    module: 1,
    clientUserId: 'traveller-1',
    extra: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      expirationDate: `${nextYear}T23:59:59+00:00`,
      availableUsages: 2,
      allowedResources: { resourceIds: [] },
    },
  };
  const headers = `-H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json'`;
  return `curl -s ${baseUrl}/v2/orders/lounges/ePasses ${headers} -d '${JSON.stringify(body)}'`;
}
