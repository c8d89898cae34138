/** Jobs of exports with a real journal, real files and a real mail server; only time is made up. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CardSpace, ExportFiles } from '../../src/gateway/export-files.ts'
import { ExportLinks } from '../../src/gateway/export-link.ts'
import { Exports, type ExportsOptions } from '../../src/gateway/exports.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import { MailServer } from '../../src/uplink/mail/mail-server.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { FakeLogger, FakeRecords, OWNER, van as strangersVan, truck } from '../support/api-fakes.ts'
import { HandClock } from '../support/hand-clock.ts'
import { inFolder, openJournal } from '../support/journal-records.ts'
import { type Manner, startSmtp, type TestSmtp } from '../support/smtp-server.ts'

const test = suite('exports by e-mail')

const van: Vehicle = { ...strangersVan, owner: OWNER }
const EMAIL = 'owner.name@example.net'
const HOUR = 3_600_000
const BASE = 'https://gateway.example.org'
const LINK = /https:\/\/gateway\.example\.org\/v1\/export\/([0-9A-Za-z]{27})\?token=([\w.-]+)/

/** A gateway as far as exports go; `restart` gives the next one on the same folder. */
class Bench {
  readonly clock = new HandClock()
  readonly records = new FakeRecords()
  readonly logger = new FakeLogger()
  readonly folder: string
  readonly smtp: TestSmtp
  vehicles: Vehicle[] = [truck, van]
  space: CardSpace = { free: 10e9, total: 32e9 }
  hold: string | undefined
  journal: Journal
  exports: Exports

  constructor(folder: string, smtp: TestSmtp) {
    this.folder = folder
    this.smtp = smtp
    this.journal = openJournal(folder)
    this.exports = this.made()
  }

  made(more: Partial<ExportsOptions> = {}): Exports {
    const from = 'Gateway <gateway@example.org>'
    const url = `smtp://127.0.0.1:${this.smtp.port}`
    return new Exports({
      journal: this.journal,
      records: this.records,
      vehicles: () => this.vehicles,
      files: new ExportFiles(join(this.folder, 'exports'), () => this.space),
      links: new ExportLinks('secret'),
      mail: { server: new MailServer({ url, from }, { connectMs: 2000, silenceMs: 15_000 }), from },
      email: EMAIL,
      baseUrl: () => BASE,
      holdReason: () => this.hold,
      clock: this.clock,
      timers: this.clock,
      logger: this.logger,
      ...more,
    })
  }

  async restart(more: Partial<ExportsOptions> = {}): Promise<void> {
    await this.stop()
    this.journal = openJournal(this.folder)
    this.exports = this.made(more)
    this.exports.start()
  }

  async stop(): Promise<void> {
    await this.exports.stop()
    this.journal.stop()
  }

  get state(): string | undefined {
    return this.exports.job(truck)?.state
  }

  files(): string[] {
    const folder = join(this.folder, 'exports')
    return existsSync(folder) ? readdirSync(folder) : []
  }

  link(mail = 0): { id: string; token: string } {
    const [, id = '', token = ''] = LINK.exec(this.smtp.mails[mail]?.parsed.text ?? '') ?? []
    return { id, token }
  }
}

/** Waits for what real sockets and files do; time of the gateway stands still meanwhile. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + 20_000
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`${what} did not happen`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

function withBench(run: (bench: Bench) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const smtp = await startSmtp()
    const bench = new Bench(folder, smtp)
    bench.exports.start()
    try {
      await run(bench)
    } finally {
      await bench.stop()
      await smtp.stop()
    }
  })
}

/** Lets an attempt fail, and waits until it has been told. */
async function failOnce(b: Bench, attempts: number): Promise<void> {
  await until(`attempt ${attempts}`, () => {
    const job = b.exports.job(truck)
    return job?.attempts === attempts && job.lastError !== undefined && b.clock.waiting === 2
  })
}

test('a mail comes with a link to every record, oldest first', () =>
  withBench(async (b) => {
    for (let i = 0; i < 1001; i += 1)
      b.records.add(b.clock.now() + i, { speed: i, latitude: 1, longitude: 2 })
    b.records.add(b.clock.now(), { speed: 1 }, 'van')
    assert.is(b.exports.request(truck), undefined)
    assert.is(b.state, 'writing')
    await until('sent', () => b.state === 'sent')
    const [mail] = b.smtp.mails
    assert.equal(mail?.to, [EMAIL])
    assert.is(mail?.parsed.subject, '[Odograph] Your vehicle data: Lexus NX 2021 (truck)')
    assert.match(mail?.parsed.text ?? '', /until 2026-03-02 00:00 UTC/)
    const { id, token } = b.link()
    assert.ok(String(mail?.parsed.html).includes(`${BASE}/v1/export/${id}?token=${token}`))
    const file = b.exports.file(id, token)
    if (typeof file === 'string') throw new Error(file)
    assert.is(file.name, `${truck.userDeviceId}.json`)
    const text = readFileSync(file.path, 'utf8')
    assert.is(Buffer.byteLength(text), file.bytes)
    const { userDeviceId, requestTimestamp, data } = JSON.parse(text)
    assert.equal([userDeviceId, requestTimestamp], [truck.userDeviceId, '2026-03-01T00:00:00.000Z'])
    assert.equal(
      data.map((event: { data: { speed: number } }) => event.data.speed),
      [...Array(1001).keys()],
    )
    assert.equal(data[0].location, { lon: '2', lat: '1' })
    const job = b.exports.job(truck)
    assert.equal(
      [job?.attempts, job?.lastError, job?.expires],
      [1, undefined, b.clock.now() + 24 * HOUR],
    )
    assert.equal(b.files(), [`${id}.json`])
    for (const line of b.logger.lines) assert.not.match(line, 'owner.name')
  }))

test('a vehicle without records has a file, too', () =>
  withBench(async (b) => {
    b.exports.request(truck)
    await until('sent', () => b.state === 'sent')
    const { id, token } = b.link()
    const file = b.exports.file(id, token)
    if (typeof file === 'string') throw new Error(file)
    assert.equal(JSON.parse(readFileSync(file.path, 'utf8')).data, [])
  }))

test('without an address or a mail server it says which is missing', () =>
  withBench(async (b) => {
    const cases: [Partial<ExportsOptions>, RegExp][] = [
      [
        { email: undefined },
        /^No e-mail address is configured for your account \(gateway\.email\)\. /,
      ],
      [{ mail: undefined }, /^No mail server is configured \(mail\.url\)\. /],
      [{ mail: undefined, email: undefined }, /gateway\.email\), and no mail server/],
    ]
    for (const [missing, words] of cases) {
      assert.match(b.made(missing).request(truck) ?? '', words)
    }
    assert.is(b.state, undefined)
  }))

test('a user has one job at a time, whichever vehicle it is about', () =>
  withBench(async (b) => {
    b.smtp.manners = ['later']
    b.exports.request(truck)
    for (const vehicle of [truck, van]) {
      assert.match(b.exports.request(vehicle) ?? '', /An export of vehicle truck is under way/)
    }
    assert.is(b.exports.request({ ...van, owner: 'another' }), undefined)
  }))

test('a mail that is not taken now is tried again, later each time, until it is', () =>
  withBench(async (b) => {
    b.smtp.manners = ['later', 'later', 'take']
    b.exports.request(truck)
    await failOnce(b, 1)
    assert.match(b.exports.job(truck)?.lastError ?? '', /451 try again later, <o…@example.net>/)
    assert.equal(b.exports.findings(), [], 'it is not over')
    await b.clock.advance(29_000)
    assert.is(b.smtp.tries, 1)
    await b.clock.advance(1000)
    await failOnce(b, 2)
    await b.clock.advance(59_000)
    assert.is(b.smtp.tries, 2)
    await b.clock.advance(1000)
    await until('sent', () => b.state === 'sent')
    assert.is(b.smtp.mails.length, 1)
    assert.is(b.exports.job(truck)?.lastError, undefined)
  }))

test('a mail server that is down for hours only makes it late; after 24 hours it gives up', () =>
  withBench(async (b) => {
    const { port } = b.smtp
    await b.smtp.stop()
    b.exports.request(truck)
    while (b.clock.now() < Date.UTC(2026, 2, 1, 5)) {
      await until('told', () => b.clock.waiting === 2)
      await b.clock.advance(30 * 60_000)
    }
    await until('told', () => b.clock.waiting === 2)
    assert.is(b.state, 'sending')
    const again = await startSmtp({}, port)
    await b.clock.advance(30 * 60_000)
    await until('sent', () => b.state === 'sent')
    assert.is(again.mails.length, 1)
    await again.stop()

    b.exports.request(truck)
    while (b.state !== 'failed') {
      await until('told', () => b.state === 'failed' || b.clock.waiting === 2)
      await b.clock.advance(30 * 60_000)
    }
    const [finding] = b.exports.findings()
    assert.match(finding ?? '', /^Export of truck by e-mail: given up after 24 hours: mail server/)
    assert.equal(b.files(), [])
    assert.is(b.exports.request(truck), undefined, 'a new one may be asked for')
    assert.equal(b.exports.findings(), [])
  }))

const lastWords: [Manner, RegExp][] = [
  ['refuse', /550 no such user here: <o…@example.net>/],
  ['refuse-data', /552 not in this house/],
]
for (const [manner, words] of lastWords) {
  test(`what the mail server will never take ends the job (${manner})`, () =>
    withBench(async (b) => {
      b.smtp.manners = [manner]
      b.exports.request(truck)
      await until('failed', () => b.state === 'failed')
      assert.match(b.exports.job(truck)?.lastError ?? '', words)
      assert.match(b.exports.findings()[0] ?? '', words)
      assert.equal(b.files(), [])
      for (const line of b.logger.lines) assert.not.match(line, 'owner.name')
    }))
}

test('a server that hangs holds nothing up, and stopping does not wait for it', () =>
  withBench(async (b) => {
    b.smtp.manners = ['hang', 'take']
    b.exports.request(truck)
    await until('named', () => b.smtp.tries === 1)
    await b.restart()
    assert.is(b.state, 'sending')
    b.smtp.manners = ['take']
    await until('sent', () => b.state === 'sent')
  }))

test('a restart while the file is written writes it anew', () =>
  withBench(async (b) => {
    for (let i = 0; i < 1200; i += 1) b.records.add(b.clock.now() + i, { speed: i })
    let pages = 0
    let reached: () => void = () => undefined
    const second = new Promise<void>((resolve) => {
      reached = resolve
    })
    b.records.beforePage = async () => {
      pages += 1
      if (pages !== 2) return
      reached()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    b.exports.request(truck)
    await second
    assert.match(b.files().join(), /\.json\.part$/)
    await b.restart()
    await until('sent', () => b.state === 'sent')
    const { id, token } = b.link()
    const file = b.exports.file(id, token)
    if (typeof file === 'string') throw new Error(file)
    assert.is(JSON.parse(readFileSync(file.path, 'utf8')).data.length, 1200)
    assert.equal(b.files(), [`${id}.json`])
    assert.is(b.smtp.mails.length, 1)
  }))

test('a restart between two attempts sends the same file', () =>
  withBench(async (b) => {
    b.smtp.manners = ['later', 'take']
    b.exports.request(truck)
    await failOnce(b, 1)
    const pages = b.records.pagesAsked.length
    await b.restart()
    await until('sent', () => b.state === 'sent')
    assert.is(b.exports.job(truck)?.attempts, 2)
    assert.is(b.records.pagesAsked.length, pages)
  }))

test('a file that was lost meanwhile is written anew', () =>
  withBench(async (b) => {
    b.smtp.manners = ['later', 'take']
    b.exports.request(truck)
    await failOnce(b, 1)
    await b.stop()
    new ExportFiles(join(b.folder, 'exports')).removeAllBut(new Set())
    b.journal = openJournal(b.folder)
    b.exports = b.made()
    b.exports.start()
    await until('sent', () => b.state === 'sent')
    const { id, token } = b.link()
    assert.is(typeof b.exports.file(id, token), 'object')
  }))

test('the link ends after 24 hours, and the file goes', () =>
  withBench(async (b) => {
    b.exports.request(truck)
    await until('sent', () => b.state === 'sent')
    const { id, token } = b.link()
    await b.clock.advance(24 * HOUR - 1000)
    assert.is(typeof b.exports.file(id, token), 'object')
    await b.clock.advance(1000)
    assert.is(b.exports.file(id, token), 'gone')
    await b.clock.advance(60_000)
    assert.equal(b.files(), [])
    assert.is(b.state, 'expired')
    assert.equal(b.exports.findings(), [])
  }))

test('a gateway that was off when the link ended removes the file when it starts', () =>
  withBench(async (b) => {
    b.exports.request(truck)
    await until('sent', () => b.state === 'sent')
    await b.stop()
    await b.clock.advance(48 * HOUR)
    await b.restart()
    assert.is(b.state, 'expired')
    assert.equal(b.files(), [])
  }))

test('files that belong to no job go at the start, and nothing else', () =>
  withBench(async (b) => {
    const folder = join(b.folder, 'exports')
    mkdirSync(folder, { recursive: true })
    const stray = 'a'.repeat(27)
    for (const name of [`${stray}.json`, `${stray}.json.part`, 'notes.txt']) {
      writeFileSync(join(folder, name), 'x')
    }
    await b.restart()
    assert.equal(b.files(), ['notes.txt'])
  }))

test('a link is good for its own file and time alone', () =>
  withBench(async (b) => {
    b.exports.request(truck)
    await until('sent', () => b.state === 'sent')
    const { id, token } = b.link()
    const [time = '', proof = ''] = token.split('.')
    const later = (Number.parseInt(time, 36) + 1000).toString(36)
    const bad = [
      `${later}.${proof}`,
      `${time}.${proof.slice(0, -2)}AA`,
      `${time}.`,
      `${time}.${'A'.repeat(43)}`,
      proof,
      '',
      new ExportLinks('another').token(id, b.clock.now() + HOUR),
    ]
    for (const wrong of bad) assert.is(b.exports.file(id, wrong), 'bad-token', wrong)
    assert.is(b.exports.file('b'.repeat(27), token), 'bad-token')
    assert.is(b.exports.file('../journal', token), 'bad-token')
  }))

test('cancelling ends a job, removes its file, and lets the next one begin', () =>
  withBench(async (b) => {
    assert.is(await b.exports.cancel(truck), false)
    b.smtp.manners = ['hang']
    b.exports.request(truck)
    await until('named', () => b.smtp.tries === 1)
    assert.is(await b.exports.cancel(truck), true)
    assert.equal([b.state, b.files()], [undefined, []])
    b.smtp.manners = ['take']
    assert.is(b.exports.request(truck), undefined)
    await until('sent', () => b.state === 'sent')
    const { id, token } = b.link()
    assert.is(await b.exports.cancel(truck), true)
    assert.is(b.exports.file(id, token), 'gone')
    await b.restart()
    assert.equal([b.state, b.files()], [undefined, []])
  }))

test('a new export takes the place of the last one of the same vehicle', () =>
  withBench(async (b) => {
    b.exports.request(truck)
    await until('sent', () => b.state === 'sent')
    const first = b.link()
    b.exports.request(van)
    await until('sent', () => b.exports.job(van)?.state === 'sent')
    assert.is(typeof b.exports.file(first.id, first.token), 'object', 'that was another vehicle')
    b.exports.request(truck)
    assert.is(b.exports.file(first.id, first.token), 'gone')
    await until('sent', () => b.state === 'sent')
    assert.is(b.files().length, 2)
  }))

test('a gateway that stops takes no job', () =>
  withBench(async (b) => {
    await b.exports.stop()
    assert.match(b.exports.request(truck) ?? '', /is stopping/)
    assert.is(b.state, undefined)
  }))

test('a vehicle that goes, or changes hands, takes its job and its file with it', () =>
  withBench(async (b) => {
    b.smtp.manners = ['later']
    b.exports.request(truck)
    await failOnce(b, 1)
    b.vehicles = [van]
    await b.clock.advance(30_000)
    await until('failed', () => b.state === 'failed')
    assert.match(b.exports.job(truck)?.lastError ?? '', /no longer here/)

    b.vehicles = [truck, van]
    b.smtp.manners = ['take']
    b.exports.request(truck)
    await until('sent', () => b.state === 'sent')
    const { id, token } = b.link()
    b.vehicles = [{ ...truck, owner: 'another' }]
    assert.is(b.exports.file(id, token), 'gone')
    await b.restart()
    assert.equal([b.state, b.files()], [undefined, []])
  }))

test('what is configured no more ends the job in words', () =>
  withBench(async (b) => {
    b.smtp.manners = ['later']
    b.exports.request(truck)
    await failOnce(b, 1)
    await b.restart({ mail: undefined })
    await until('failed', () => b.state === 'failed')
    assert.match(b.exports.findings()[0] ?? '', /No mail server is configured/)
  }))

test('where there is no room the job says so, and leaves none of it behind', () =>
  withBench(async (b) => {
    b.space = { free: 200e6, total: 32e9 }
    b.exports.request(truck)
    await until('failed', () => b.state === 'failed')
    assert.match(b.exports.job(truck)?.lastError ?? '', /not enough room on the card.*200 MB left/)
    assert.equal(b.files(), [])
  }))

test('the room is looked at while the file grows', () =>
  withBench(async (b) => {
    const text = 'x'.repeat(20_000)
    for (let i = 0; i < 1500; i += 1) b.records.add(b.clock.now() + i, { vin: text })
    b.records.beforePage = () => {
      if (b.records.pagesAsked.length === 2) b.space = { free: 100e6, total: 32e9 }
    }
    b.exports.request(truck)
    await until('failed', () => b.state === 'failed')
    assert.match(b.exports.job(truck)?.lastError ?? '', /\(\d\d MB written, 100 MB left\)/)
    assert.equal(b.files(), [])
  }))

test('records are worth more than a file: where the card fills, it goes', () =>
  withBench(async (b) => {
    b.exports.request(truck)
    await until('sent', () => b.state === 'sent')
    b.space = { free: 50e6, total: 32e9 }
    await b.clock.advance(60_000)
    assert.is(b.state, 'expired')
    assert.match(b.exports.job(truck)?.lastError ?? '', /card is nearly full/)
    assert.equal(b.files(), [])
  }))

test('a journal that cannot be read is asked again', () =>
  withBench(async (b) => {
    b.records.add(b.clock.now(), { speed: 1 })
    b.records.beforePage = () => {
      throw new Error('the reader has stopped')
    }
    b.exports.request(truck)
    await until('told', () => b.exports.job(truck)?.lastError === 'the reader has stopped')
    assert.equal([b.state, b.files()], ['writing', []])
    b.records.beforePage = () => undefined
    await b.clock.advance(30_000)
    await until('sent', () => b.state === 'sent')
  }))

test('nothing is sent before the time is known, and times move with the clock', () =>
  withBench(async (b) => {
    b.hold = 'the mail waits until the gateway knows the time'
    b.exports.request(truck)
    await until('held', () => b.exports.job(truck)?.lastError === b.hold)
    assert.equal([b.state, b.exports.job(truck)?.attempts], ['sending', 0])
    const { created } = b.exports.job(truck) ?? { created: 0 }
    b.exports.shift(1000 * HOUR, created)
    assert.is(b.exports.job(truck)?.created, created + 1000 * HOUR)
    b.exports.shift(1000 * HOUR, created + 2000 * HOUR)
    assert.is(b.exports.job(truck)?.created, created + 1000 * HOUR, 'it is older than what moved')
    b.hold = undefined
    await b.clock.advance(5000)
    await until('sent', () => b.state === 'sent')
  }))

test.run()
