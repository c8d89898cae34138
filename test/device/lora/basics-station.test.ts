/** The feed for Basics Station over real websockets. */

import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type BasicsStationContext,
  type BasicsStationFeed,
  type BasicsStationOptions,
  createBasicsStationFeed,
} from '../../../src/device/lora/basics-station/basics-station-feed.ts'
import { systemClock } from '../../../src/device/supervisor.ts'
import { mutant, randomOf } from '../../fuzz/mutate.ts'
import { selfSigned } from '../../support/certificates.ts'
import { HandClock, settled } from '../../support/hand-clock.ts'
import { LoraListener } from '../../support/lora-listener.ts'
import { recording, testWith } from '../../support/needs.ts'
import { hexOf } from '../../support/packet-forwarder.ts'
import { connectStation, discover } from '../../support/station-client.ts'

const test = suite('the feed for Basics Station')

const ID6 = 'b827:ebff:fe3e:f725'
const EUI = 'B827EBFFFE3EF725'
const version = '{"msgtype":"version","station":"2.0.6","model":"rpi","protocol":2}'
const updf = {
  msgtype: 'updf',
  MHdr: 64,
  DevAddr: -10,
  FCtrl: 128,
  FCnt: 400,
  FOpts: '',
  FPort: 7,
  FRMPayload: 'CAFE',
  MIC: -20,
  DR: 5,
  Freq: 868_100_000,
  upinfo: { rctx: 0, xtime: 1, gpstime: 0, rssi: -61, snr: 9.25, rxtime: 1706129684.376 },
}
const uplink = JSON.stringify(updf)

interface Bench {
  feed: BasicsStationFeed
  heard: LoraListener
  base: string
}

async function withFeed(
  options: Partial<BasicsStationOptions>,
  run: (bench: Bench) => Promise<void>,
  context: BasicsStationContext = { clock: systemClock },
): Promise<void> {
  const feed = createBasicsStationFeed({ id: 'lns', port: 0, region: 'EU868', ...options }, context)
  const heard = new LoraListener()
  feed.start(heard)
  await heard.until(() => heard.state === 'running')
  const base = `${options.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${feed.address()?.port}`
  try {
    await run({ feed, heard, base })
  } finally {
    await feed.stop()
  }
}

/** What the server answers instead of opening a connection. */
async function refusal(url: string, headers: Record<string, string> = {}): Promise<string> {
  try {
    const link = await connectStation(url, { headers })
    link.socket.terminate()
    return 'open'
  } catch (error) {
    return (error as Error).message
  }
}

test('a station finds its way, is told its channels, and its frames come out', () =>
  withFeed({ name: 'shed' }, async ({ base, heard, feed }) => {
    const answer = await discover(base, `{"router":"${ID6}"}`)
    assert.equal(answer, { router: ID6, muxs: 'shed', uri: `${base}/router/${ID6}` })
    const station = await connectStation(String(answer.uri))
    const config = await station.ask(version)
    assert.is(config.msgtype, 'router_config')
    assert.is(config.region, 'EU863')
    station.send(uplink)
    await heard.until(() => heard.frames.length === 1)
    const [frame] = heard.frames
    assert.is(hexOf(frame?.data ?? new Uint8Array(0)), '40F6FFFFFF80900107CAFEECFFFFFF')
    assert.is(frame?.source, 'lns')
    assert.equal(frame?.gateway, { id: EUI, rssi: -61, snr: 9.25, time: 1_706_129_684_376 })
    assert.equal(frame?.radio, {
      spreadingFactor: 7,
      bandwidthHz: 125_000,
      frequencyHz: 868_100_000,
    })
    assert.match(heard.notices[0]?.detail ?? '', /Basics Station, rpi 2.0.6, set to EU868/)
    assert.is(feed.gateways()[0]?.model, 'rpi 2.0.6')
    station.close()
    await station.closed
  }))

test('it is sent to the address by which it came, and to no other', () =>
  withFeed({}, async ({ base }) => {
    const ask = async (host: string) => {
      const link = await connectStation(`${base}/router-info`, { headers: { host } })
      const { uri } = await link.ask('{"router":1}')
      link.close()
      return uri
    }
    assert.is(await ask('gateway.local:3001'), 'ws://gateway.local:3001/router/0:0:0:1')
    assert.is(await ask('evil"/x'), `${base}/router/0:0:0:1`)
  }))

test('the time is told in microseconds of GPS, beside what was asked', async () => {
  const clock = new HandClock(Date.UTC(2024, 0, 24, 20, 54, 44, 376))
  await withFeed(
    {},
    async ({ base }) => {
      const station = await connectStation(`${base}/router/${ID6}`)
      assert.is(
        await station.askText('{"msgtype":"timesync","txtime":9223372036854775807}'),
        '{"msgtype":"timesync","txtime":9223372036854775807,"gpstime":1390164902376000}',
      )
      station.close()
      await station.closed
    },
    { clock, after: clock.after },
  )
})

test('what is no uplink is refused in words, and the rest goes on', () =>
  withFeed({}, async ({ base, heard }) => {
    const station = await connectStation(`${base}/router/${ID6}`)
    const texts = ['{"msgtype":', '{"msgtype":"propdf","FRMPayload":"E0"}', '{"msgtype":"updf"}']
    for (const text of [...texts, '{"msgtype":"event"}', uplink]) station.send(text)
    station.socket.send(Buffer.from([1, 2, 3]))
    await station.settle()
    assert.is(heard.frames.length, 1)
    assert.equal(
      heard.rejects.map(({ reason, gateway }) => [reason, gateway]),
      [
        ['malformed', EUI],
        ['not_for_us', EUI],
        ['malformed', EUI],
      ],
    )
    station.close()
    await station.closed
  }))

test('with a token nobody comes in without it, and it is in no word that is told', () =>
  withFeed({ token: 'correct horse' }, async ({ base, heard }) => {
    const url = `${base}/router/${ID6}`
    assert.match(await refusal(url), /401/)
    assert.match(await refusal(`${base}/router-info`), /401/)
    for (const authorization of ['Bearer wrong', '', 'correct hors', 'Basic correct horse']) {
      assert.match(await refusal(url, { authorization }), /401/)
    }
    assert.is(await refusal(url, { authorization: 'Bearer correct horse' }), 'open')
    assert.is(await refusal(url, { authorization: 'correct horse' }), 'open')
    assert.equal(
      heard.rejects.map(({ reason }) => reason),
      ['gateway'],
    )
    assert.match(
      heard.rejects[0]?.detail ?? '',
      /127.0.0.1 was refused: the token in Authorization/,
    )
    assert.not.match(JSON.stringify([heard.rejects, heard.healths, heard.notices]), /horse/)
  }))

test('who is on no list is turned away, at both doors', () =>
  withFeed({ gateways: ['0102030405060708'] }, async ({ base, heard }) => {
    const { error } = await discover(base, `{"router":"${ID6}"}`)
    assert.match(String(error), /not on the list/)
    assert.match(await refusal(`${base}/router/${ID6}`), /403/)
    assert.is(await refusal(`${base}/router/102:304:506:708`), 'open')
    assert.equal(
      heard.rejects.map(({ reason, gateway }) => [reason, gateway]),
      [['gateway', EUI]],
    )
  }))

test('there is nothing at other addresses, and a browser is told so', () =>
  withFeed({}, async ({ base }) => {
    for (const path of ['/', '/router/', '/router/x', '/router/1/2', '/traffic/eui-1']) {
      assert.match(await refusal(`${base}${path}`), /404/)
    }
    const response = await fetch(base.replace('ws', 'http'))
    assert.is(response.status, 426)
    assert.match(await response.text(), /Basics Station speaks websocket/)
    const { error } = await discover(base, 'nonsense')
    assert.is(error, 'router is no EUI')
  }))

test('a station that comes back is on its new connection', () =>
  withFeed({}, async ({ base, heard }) => {
    const old = await connectStation(`${base}/router/${ID6}`)
    const next = await connectStation(`${base}/router/${ID6}`)
    await old.closed
    next.send(uplink)
    await heard.until(() => heard.frames.length === 1)
    next.close()
    await next.closed
  }))

test('no more stations come in than there is room for', () =>
  withFeed({ connections: 2 }, async ({ base }) => {
    const links = [
      await connectStation(`${base}/router/::1`),
      await connectStation(`${base}/router/::2`),
    ]
    assert.match(await refusal(`${base}/router/::3`), /503/)
    for (const link of links) link.close()
    await Promise.all(links.map(({ closed }) => closed))
  }))

test('a text that no station would send ends the connection, and nothing else', () =>
  withFeed({}, async ({ base, heard }) => {
    const station = await connectStation(`${base}/router/${ID6}`)
    station.send('x'.repeat(20_000))
    await station.closed
    const raw = connect(Number(new URL(base).port), '127.0.0.1')
    raw.on('error', () => undefined)
    raw.write(`GET /router/${ID6} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`)
    raw.resume()
    await once(raw, 'close')
    const again = await connectStation(`${base}/router/${ID6}`)
    again.send(uplink)
    await heard.until(() => heard.frames.length === 1)
    again.close()
    await again.closed
  }))

test('a flood of texts is left unread and told once a second', async () => {
  const clock = new HandClock()
  await withFeed(
    { perSecond: 10 },
    async ({ base, heard }) => {
      const station = await connectStation(`${base}/router/${ID6}`)
      for (let i = 0; i < 500; i++) station.send(uplink)
      await heard.until(() => heard.rejects.length === 1)
      station.close()
      await station.closed
      assert.is(heard.frames.length, 10)
      assert.equal(
        heard.rejects.map(({ reason }) => reason),
        ['rate'],
      )
      await clock.advance(60_000)
      assert.match(heard.healths.at(-1)?.detail ?? '', /490 were left unread/)
    },
    { clock, after: clock.after },
  )
})

test('connections that come too fast are refused', async () => {
  const clock = new HandClock()
  await withFeed(
    {},
    async ({ base, heard }) => {
      const answers: string[] = []
      for (let i = 0; i < 8; i++) answers.push(await refusal(`${base}/router-info`))
      assert.equal(
        answers.map((text) => text === 'open'),
        [true, true, true, true, true, false, false, false],
      )
      assert.equal(
        heard.rejects.map(({ reason }) => reason),
        ['rate'],
      )
    },
    { clock, after: clock.after },
  )
})

test('a station that answers no ping is let go, and then it is said that none is there', async () => {
  const clock = new HandClock()
  await withFeed(
    {},
    async ({ base, heard }) => {
      const alive = await connectStation(`${base}/router/::1`)
      const dead = await connectStation(`${base}/router/::2`)
      dead.socket.pong = () => undefined
      dead.socket.removeAllListeners('ping')
      const pinged = once(alive.socket, 'ping')
      dead.socket.pause()
      await clock.advance(30_000)
      await pinged
      await alive.settle()
      await clock.advance(30_000)
      dead.socket.resume()
      await dead.closed
      await alive.settle()
      assert.match(heard.healths.at(-1)?.detail ?? '', /listening on tcp 127.0.0.1:\d+; stations/)
      alive.close()
      await alive.closed
      await settled()
      await clock.advance(190_000)
      assert.is(heard.state, 'silent')
      assert.match(
        heard.healths.at(-1)?.detail ?? '',
        /stations connected: 0.*its tc.uri has to name/,
      )
    },
    { clock, after: clock.after },
  )
})

test('who stays where one only asks the way is let go', async () => {
  const clock = new HandClock()
  await withFeed(
    {},
    async ({ base }) => {
      const idler = await connectStation(`${base}/router-info`)
      const pinged = once(idler.socket, 'ping')
      await clock.advance(30_000)
      await pinged
      await clock.advance(30_000)
      await idler.closed
    },
    { clock, after: clock.after },
  )
})

test('a port that is taken is waited for, in words, and opened when it is free', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const clock = new HandClock()
  const feed = createBasicsStationFeed(
    { id: 'lns', port, region: 'US915' },
    { clock, after: clock.after, random: () => 0.5 },
  )
  const heard = new LoraListener()
  feed.start(heard)
  await heard.until(() => heard.state === 'waiting')
  assert.match(heard.healths.at(-1)?.detail ?? '', new RegExp(`127.0.0.1:${port}: another program`))
  await new Promise((resolve) => other.close(resolve))
  await settled()
  await clock.advance(1000)
  await heard.until(() => heard.state === 'running')
  const station = await connectStation(`ws://127.0.0.1:${port}/router/${ID6}`)
  assert.is((await station.ask(version)).region, 'US902')
  await feed.stop()
  await feed.stop()
  await station.closed
  assert.is(heard.state, 'stopped')
  assert.is(clock.waiting, 0)
})

test('options that cannot be meant are refused at once', () => {
  const make = (options: Partial<BasicsStationOptions>) => () =>
    createBasicsStationFeed({ id: 'lns', region: 'EU868', ...options }, { clock: systemClock })
  assert.throws(make({ gateways: ['x'] }), /x: write an EUI/)
  assert.throws(make({ subBand: 9 }), /subBand/)
  assert.throws(make({ token: '' }), /token is empty/)
})

test('a certificate that is none is told, and nothing throws', async () => {
  const tls = { cert: 'none', key: 'none' }
  const feed = createBasicsStationFeed(
    { id: 'lns', port: 0, region: 'EU868', tls },
    { clock: systemClock },
  )
  const heard = new LoraListener()
  feed.start(heard)
  await heard.until(() => heard.state === 'waiting')
  await feed.stop()
})

testWith(test, 'openssl', 'it speaks TLS with the certificate that it is given', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'station-'))
  try {
    const { certFile, keyFile } = selfSigned(folder, 'localhost')
    const [cert, key] = [certFile, keyFile].map((file) => readFileSync(file, 'utf8'))
    await withFeed({ tls: { cert: cert ?? '', key: key ?? '' } }, async ({ base, heard }) => {
      const { uri } = await discover(base, '{"router":1}', { ca: cert ?? '' })
      assert.is(uri, `${base}/router/0:0:0:1`)
      const station = await connectStation(String(uri), { ca: cert ?? '' })
      station.send(uplink)
      await heard.until(() => heard.frames.length === 1)
      station.close()
      await station.closed
      assert.match(await refusal(String(uri)), /self-signed/)
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('100,000 damaged texts later it still answers, on the same connection', () =>
  withFeed({ perSecond: 1e9 }, async ({ base, heard }) => {
    const seeds = [
      uplink,
      version,
      '{"msgtype":"timesync","txtime":5}',
      '{"msgtype":"jreq","MHdr":0}',
    ]
    const bytes = seeds.map((text) => new TextEncoder().encode(text))
    const random = randomOf(3001)
    const station = await connectStation(`${base}/router/${ID6}`)
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 1000; j++) {
        // Latin letters, so that what is sent is valid UTF-8, as websocket demands of a text.
        station.send(Buffer.from(mutant(bytes, random).subarray(0, 8000)).toString('latin1'))
      }
      await station.settle()
    }
    assert.ok(heard.frames.length > 500, `${heard.frames.length} frames`)
    assert.ok(heard.rejects.length > 1000, `${heard.rejects.length} rejects`)
    assert.ok(heard.notices.length <= 4)
    assert.is((await station.ask(version)).msgtype, 'router_config')
    station.close()
    await station.closed
  }))

const file = recording('lora/basicstation.json')

test('published texts come out as the frames that they are', async () => {
  const vectors = file === undefined ? [] : JSON.parse(readFileSync(file, 'utf8')).vectors
  await withFeed({}, async ({ base, heard }) => {
    const station = await connectStation(`${base}/router/${ID6}`)
    await station.settle()
    for (const { text, expect } of vectors) {
      const before = heard.frames.length
      station.send(text)
      await station.settle()
      const frames = heard.frames.slice(before).map(({ data }) => hexOf(data))
      assert.equal(frames, expect.phyPayload === undefined ? [] : [expect.phyPayload])
    }
    station.close()
    await station.closed
  })
})

test.run()
