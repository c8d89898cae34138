import { issuePrivilegeToken, issueUserToken } from '/work/main/src/api/auth/tokens.ts'
import { bearer, fullStatus, keys, NOW, OWNER, testApi } from '/work/main/test/support/api-fakes.ts'

const t = await testApi()
t.status.statuses.set('truck', fullStatus())
const user = await issueUserToken(keys, { sub: OWNER, expiresSeconds: 60, now: NOW })
const p = await issuePrivilegeToken(keys, {
  tokenId: '17',
  privileges: [1, 8],
  expiresSeconds: 60,
  now: NOW,
})
for (let i = 0; i < 3; i++) t.records.add(NOW - i * 3600e3, fullStatusData())
function fullStatusData() {
  return { odometer: 1, latitude: 37.697789, longitude: -121.788662, speed: 3, vin: 'X' }
}
const show = async (url: string, o: any = {}) => {
  const r = await t.api.inject({
    url,
    method: o.method ?? 'GET',
    headers: o.headers ?? bearer(o.token ?? user),
    payload: o.payload,
  })
  console.log(o.method ?? 'GET', url, r.statusCode, o.h ? r.headers : '', r.body.slice(0, 600))
}
await show('/v1/vehicle/17/status?include=meta')
await show('/v1/vehicle/17/status', { token: p })
await show('/v1/vehicle/17/status-raw', { token: p })
await show('/v1/vehicle/17/signals', { token: p })
await show('/v1/vehicle/17/history', { token: p, h: 1 })
await show('/v1/vehicle/17/history?limit=2')
await show('/v1/vehicle/17/history', {
  headers: { ...bearer(user), accept: 'application/x-ndjson' },
  h: 1,
})
await show('/v1/vehicle/17/history', { headers: { ...bearer(user), accept: 'text/csv' }, h: 1 })
await show('/v1/vehicle/17/history', {
  method: 'HEAD',
  headers: { ...bearer(user), accept: 'text/csv' },
  h: 1,
})
await show('/v1/vehicle/17/history', { method: 'HEAD', h: 1 })
await show('/v1/vehicle/17/history?limit=0&buckets=abc')
await show('/v1/vehicle/17/history?limit=1&limit=2')
await show('/v1/vehicle/17/history?order=up')
await show('/v1/vehicle/17/history?signals=foo')
await show('/v1/vehicle/17/history?startDate=x')
await show('/v1/vehicle/17/daily-distance')
await show('/v1/vehicle/17/daily-distance?time_zone=Nope')
await show('/v1/vehicle/17/daily-distance?time_zone=Europe/Berlin')
await show('/v2/vehicle/17/analytics/total-distance')
await show('/v1/vehicle/17/status', { method: 'POST', h: 1 })
await show('/v1/vehicle/17/status/', { method: 'DELETE' })
await show('/v1/vehicle/%zz/status')
await show('/nope')
await show('/v1/vehicle/17/status', { headers: {} })
await show('/v1/tokens/exchange', {
  method: 'POST',
  payload: {
    nftContractAddress: '0xbA5738a18d83D41847dfFbDC6101d37C69c9B0cF',
    tokenId: 17,
    privileges: [1, 4],
  },
})
await show('/v1/tokens/exchange', {
  method: 'POST',
  headers: { ...bearer(user), 'content-type': 'application/json' },
  payload: '{',
})
await show('/v1/tokens/exchange', {
  method: 'POST',
  headers: { ...bearer(user), 'content-type': 'text/xml' },
  payload: '{',
})
await show('/v1/tokens/exchange', { method: 'POST', payload: { tokenId: 'x' } })
await show('/v1/tokens/exchange', { method: 'POST' })
await show('/v1/tokens/exchange', {
  method: 'POST',
  headers: { ...bearer(user), 'content-type': 'application/json' },
  payload: ' '.repeat(70000),
})
await show('/v1/swagger/', { h: 1 })
await show('/v1/swagger/static/swagger-initializer.js')
await show('/v1/swagger/static/swagger-ui.css', { h: 1, method: 'HEAD' })
await show('/', { h: 1 })
await show('/', { headers: { accept: 'application/json' } })
await show('/assets/icon.svg', { h: 1 })
await show('/assets/vendor/uPlot.esm.js', { h: 1 })
await show('/assets/nope.js')
await show('/assets/../server.ts')
await show('/assets/%2e%2e/%2e%2e/server.ts')
await show('/assets/%00')
await show('/health')
await show('/v1/gateway/health')
await show('/v1/gateway/vehicles')
await show('/.well-known/jwks.json')
await show('/v1/vehicle/17/status', { headers: { ...bearer(user), accept: 'image/png' } })
const doc = await t.api.inject('/openapi.json')
;(await import('node:fs')).writeFileSync('/tmp/openapi.json', doc.body)
console.log(Object.keys(doc.json().paths), doc.body.length)
await t.api.stop()
console.log(t.logger.lines.filter((l) => !l.startsWith('debug')))
