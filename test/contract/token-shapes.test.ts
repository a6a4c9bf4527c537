/** Tokens of a wrong shape or in a wrong place (ATK-10, 11, 14, 15). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { issueBody } from '../harness/client.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { claimsOf, part, plainRequest, showAuthorization, showToken, signedByHmac } from '../harness/forged-tokens.ts';

describe('tokens of a wrong shape', () => {
  const product = embeddedProduct();
  const partner = () => product().credentials.partner;
  const refusals = new Set<string>();

  async function refused(tokens: readonly string[], what: string) {
    for (const token of tokens) {
      const { status, text } = await showToken(product().baseUrl, token);
      assert.equal(status, 401, `${what}: ${token.slice(0, 200)} was answered ${status}`);
      refusals.add(text);
    }
  }

  const hs = (more: object = {}, claims: object = claimsOf(partner().issuer)) =>
    signedByHmac({ alg: 'HS256', ...more }, claims, partner().secret);

  test('ATK-10: a member given twice, in whatever spelling', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const iss = JSON.stringify(partner().issuer);
    const claims = [
      `{"iss":"other","iss":${iss},"exp":${exp}}`,
      `{"iss":${iss},"iss":${iss},"exp":${exp}}`,
      `{"iss":"other","\\u0069ss":${iss},"exp":${exp}}`,
      `{"iss":${iss},"exp":1,"exp":${exp}}`,
      `{"iss":${iss},"exp":${exp},"iat":1,"iat":2}`,
      `{"iss":${iss},"exp":${exp},"x":{"a":1,"a":2}}`,
      `{"iss":${iss},"exp":${exp},"__proto__":{"exp":1}}`,
      `{"__proto__":{"iss":${iss}},"exp":${exp}}`,
    ];
    await refused(
      claims.map((text) => signedByHmac({ alg: 'HS256' }, text, partner().secret)),
      'a claim twice',
    );
    const headers = [
      '{"alg":"none","alg":"HS256"}',
      '{"alg":"HS256","alg":"HS256"}',
      '{"alg":"HS256","kid":"a","kid":"b"}',
    ];
    await refused(
      headers.map((text) => signedByHmac(text, claimsOf(partner().issuer), partner().secret)),
      'a header twice',
    );
  });

  test('ATK-11: shapes that are no token', async () => {
    const token = hs();
    const [head, body, signature] = token.split('.') as [string, string, string];
    const shapes = [
      ...[
        '',
        '.',
        '..',
        '...',
        '....',
        head,
        `${head}.${body}`,
        `${token}.`,
        `.${token}`,
        `${token}.AA`,
        `${token}.AA.BB`,
      ],
      ...[`${head}=.${body}.${signature}`, `${head}.${body}==.${signature}`, `${token}=`, `${head}..${signature}`],
      ...[`${head}.${body}.${signature.replace(/^./, '+')}`, `${head}.${body}.${signature.replace(/^./, '/')}`],
      ...[
        `${token},${token}`,
        `"${token}"`,
        `<${token}>`,
        `${token};a=b`,
        token.replace('.', ','),
        token.toUpperCase(),
      ],
      ...[
        `${part('[]')}.${body}.${signature}`,
        `${part('null')}.${body}.${signature}`,
        `${part('1')}.${body}.${signature}`,
      ],
      ...[hs({}, [] as object), signedByHmac({ alg: 'HS256' }, 'not json', partner().secret)],
      ...[
        signedByHmac({ alg: 'HS256', cty: 'JWT' }, token, partner().secret),
        signedByHmac({ alg: 'HS256' }, 'null', partner().secret),
      ],
      ...[
        signedByHmac({ alg: 'HS256' }, `${'['.repeat(2000)}`, partner().secret),
        `${part({ alg: 'dir', enc: 'A256GCM' })}..AA.AA.AA`,
      ],
      ...[
        hs({}, claimsOf(partner().issuer, { pad: 'x'.repeat(7000) })),
        `${'A'.repeat(3000)}.${'A'.repeat(3000)}.${'A'.repeat(3000)}`,
      ],
      ...[signedByHmac({ alg: 'HS256' }, `\ufeff${JSON.stringify(claimsOf(partner().issuer))}`, partner().secret)],
    ];
    assert.ok(shapes.length >= 30, `${shapes.length} shapes`);
    await refused(shapes, 'no token');
    const huge = await showToken(product().baseUrl, 'A'.repeat(1_000_000)).catch((problem: NodeJS.ErrnoException) => ({
      status: problem.code === 'ECONNRESET' || problem.code === 'EPIPE' ? 431 : 0,
    }));
    assert.equal(huge.status, 431);
  });

  test('ATK-14: a token anywhere but in one Authorization header', async () => {
    const token = hs();
    const url = `${product().baseUrl}/v2/resources`;
    for (const name of ['access_token', 'token', 'authorization', 'Authorization', 'jwt']) {
      assert.equal((await plainRequest(`${url}?${name}=${token}`)).status, 401, name);
    }
    const bearer = `Bearer ${token}`;
    const headers = [{ cookie: `token=${token}; Authorization=${bearer}` }, { 'proxy-authorization': bearer }];
    const more = [{ 'x-authorization': bearer }, { 'x-access-token': token }, { 'x-forwarded-authorization': bearer }];
    for (const header of [...headers, ...more])
      assert.equal((await plainRequest(url, { headers: header })).status, 401);
    for (const value of [
      token,
      `Basic ${token}`,
      `Token ${token}`,
      `Bearer  ${token}`,
      `Bearer\t${token}`,
      'Bearer',
      'Bearer ',
    ]) {
      assert.equal((await showAuthorization(product().baseUrl, value)).status, 401, value.slice(0, 12));
    }
    const body = JSON.stringify({ ...issueBody(), token, access_token: token });
    const posted = await plainRequest(`${product().baseUrl}/v2/orders/lounges/ePasses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    assert.equal(posted.status, 401);
    for (const pair of [
      [bearer, bearer],
      [bearer, 'Bearer x'],
      ['Bearer x', bearer],
      ['', bearer],
    ]) {
      assert.equal((await showAuthorization(product().baseUrl, pair)).status, 400, 'two headers');
    }
    assert.equal((await showAuthorization(product().baseUrl, `bEARER ${token}`)).status, 200, 'the scheme has no case');
  });

  test('ATK-15: all of them in the same words, and none by a fault', () => {
    assert.equal(refusals.size, 1, [...refusals].join());
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
