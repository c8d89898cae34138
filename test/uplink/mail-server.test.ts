import { readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Mail, MailError, MailServer } from '../../src/uplink/mail/mail-server.ts'
import { shownAddress, withoutSecrets } from '../../src/uplink/mail/mail-texts.ts'
import { selfSigned } from '../support/certificates.ts'
import { inFolder } from '../support/journal-records.ts'
import { LOGIN, startSmtp, type TestSmtp } from '../support/smtp-server.ts'

const test = suite('mail server')

const FROM = 'Gateway <gateway@example.org>'
const mail: Mail = {
  to: 'owner.name@example.net',
  subject: 'Dåta of your vehicle',
  text: 'a link: http://localhost/?a=1&b=2\n',
  html: '<p>a <a href="http://localhost/?a=1&amp;b=2">link</a></p>',
  messageId: '<one@example.org>',
}

async function withSmtp(
  run: (smtp: TestSmtp) => Promise<void>,
  options: Parameters<typeof startSmtp>[0] = {},
): Promise<void> {
  const smtp = await startSmtp(options)
  try {
    await run(smtp)
  } finally {
    await smtp.stop()
  }
}

async function failure(sending: Promise<void>): Promise<MailError> {
  try {
    await sending
  } catch (error) {
    assert.instance(error, MailError)
    return error as MailError
  }
  throw new Error('it was sent')
}

test('a mail arrives as text and as HTML, with what its head says', () =>
  withSmtp(async (smtp) => {
    await new MailServer({ url: `smtp://127.0.0.1:${smtp.port}`, from: FROM }).send(mail)
    assert.is(smtp.mails.length, 1)
    const [{ parsed, from, to } = { parsed: undefined, from: '', to: [] }] = smtp.mails
    assert.is(from, 'gateway@example.org')
    assert.equal(to, ['owner.name@example.net'])
    assert.is(parsed?.subject, mail.subject)
    assert.is(parsed?.text?.trim(), mail.text.trim())
    assert.ok(String(parsed?.html).includes(mail.html))
    assert.is(parsed?.messageId, mail.messageId)
    assert.is(parsed?.from?.text, '"Gateway" <gateway@example.org>')
  }))

test('it logs in with the password of the file, which is read anew for every mail', () =>
  inFolder((folder) =>
    withSmtp(
      async (smtp) => {
        const passwordFile = join(folder, 'password')
        const user = encodeURIComponent(LOGIN.user)
        const url = `smtp://${user}@127.0.0.1:${smtp.port}`
        const server = new MailServer({ url, from: FROM, passwordFile })
        const missing = await failure(server.send(mail))
        assert.is(missing.kind, 'retry')
        assert.match(missing.message, passwordFile)
        writeFileSync(passwordFile, 'not this one\n')
        const refused = await failure(server.send(mail))
        assert.is(refused.kind, 'retry', 'a login may be put right')
        assert.match(refused.message, '535')
        assert.not.match(refused.message, 'not this one')
        writeFileSync(passwordFile, `${LOGIN.pass}\nsecond line\n`)
        await server.send(mail)
        assert.is(smtp.mails[0]?.user, LOGIN.user)
        assert.is(server.name, `smtp://127.0.0.1:${smtp.port}`)
      },
      { authOptional: false, allowInsecureAuth: true },
    ),
  ))

test('TLS, from the start and by STARTTLS, only with a certificate that is right', () =>
  inFolder(async (folder) => {
    const { certFile, keyFile } = selfSigned(folder, 'mail')
    const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) }
    for (const secure of [true, false]) {
      await withSmtp(
        async (smtp) => {
          const scheme = secure ? 'smtps' : 'smtp'
          const url = `${scheme}://127.0.0.1:${smtp.port}`
          const settings = { url, from: FROM, startTls: 'required' as const }
          const doubted = await failure(new MailServer(settings).send(mail))
          assert.is(doubted.kind, 'retry')
          assert.match(doubted.message, /self-signed certificate/)
          const trusted = { ...settings, caFile: certFile }
          const other = { ...trusted, serverName: 'mail.example.org' }
          assert.match(
            (await failure(new MailServer(other).send(mail))).message,
            /mail.example.org/,
          )
          assert.is(smtp.mails.length, 0, 'nothing went out')
          await new MailServer({ ...trusted, serverName: 'localhost' }).send(mail)
          assert.is(smtp.mails[0]?.isSecure, true)
        },
        { ...tls, secure },
      )
    }
  }))

test('what must be encrypted is not sent to a server that does not offer it', () =>
  withSmtp(async (smtp) => {
    const settings = { url: `smtp://127.0.0.1:${smtp.port}`, from: FROM }
    const error = await failure(new MailServer({ ...settings, startTls: 'required' }).send(mail))
    assert.is(error.kind, 'retry')
    assert.is(smtp.mails.length, 0)
    await new MailServer({ ...settings, startTls: 'if-offered' }).send(mail)
    assert.is(smtp.mails.length, 1)
  }))

test('a refusal for now is told from one for ever, without the address', () =>
  withSmtp(async (smtp) => {
    const server = new MailServer({ url: `smtp://127.0.0.1:${smtp.port}`, from: FROM })
    smtp.manners = ['later', 'take']
    const later = await failure(server.send(mail))
    assert.is(later.kind, 'retry')
    assert.match(later.message, /451 try again later, <o…@example.net>/)
    await server.send(mail)
    for (const manner of ['refuse', 'refuse-data'] as const) {
      smtp.manners = [manner]
      const refused = await failure(server.send(mail))
      assert.is(refused.kind, 'refused')
      assert.not.match(refused.message, 'owner.name')
    }
    assert.is(smtp.mails.length, 1)
  }))

test('a server that says nothing, or nothing more, or is not there costs a limited time', async () => {
  const mute = createServer(() => undefined)
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const { port } = mute.address() as AddressInfo
  const limits = { connectMs: 100, silenceMs: 100, totalMs: 5000 }
  const to = (url: string) => new MailServer({ url, from: FROM }, limits)
  const silent = await failure(to(`smtp://127.0.0.1:${port}`).send(mail))
  assert.is(silent.kind, 'retry')
  await new Promise((resolve) => mute.close(resolve))
  assert.is((await failure(to(`smtp://127.0.0.1:${port}`).send(mail))).kind, 'retry')
  await withSmtp(async (smtp) => {
    smtp.manners = ['hang']
    assert.is((await failure(to(`smtp://127.0.0.1:${smtp.port}`).send(mail))).kind, 'retry')
  })
})

test('a server that dribbles for ever is left at the limit, and at once when all stops', async () => {
  const dribbler = createServer((socket) => {
    const timer = setInterval(() => socket.write('220-still thinking\r\n'), 10)
    socket.on('close', () => clearInterval(timer)).on('error', () => undefined)
  })
  await new Promise<void>((resolve) => dribbler.listen(0, '127.0.0.1', resolve))
  const { port } = dribbler.address() as AddressInfo
  const settings = { url: `smtp://127.0.0.1:${port}`, from: FROM }
  const error = await failure(new MailServer(settings, { totalMs: 200 }).send(mail))
  assert.match(error.message, /did not take the mail in time/)
  const stop = new AbortController()
  const sending = failure(new MailServer(settings).send(mail, stop.signal))
  stop.abort()
  assert.is((await sending).kind, 'retry')
  await new Promise((resolve) => dribbler.close(resolve))
})

test('addresses and secrets do not show', () => {
  assert.is(shownAddress('owner.name@example.net'), 'o…@example.net')
  assert.is(shownAddress('nonsense'), '…')
  const shown = withoutSecrets('550 <a.b@c.d>\r\n said geheim', ['a.b@c.d', 'geheim', ''])
  assert.is(shown, '550 <a…@c.d> said …')
})

const { ODOGRAPH_SMTP_URL: url, ODOGRAPH_SMTP_TO: to, ODOGRAPH_SMTP_FROM: from } = process.env
if (url !== undefined) {
  test('any server takes the mail (ODOGRAPH_SMTP_URL, _FROM, _TO, _PASSWORD_FILE, _CA_FILE)', () =>
    new MailServer({
      url,
      from: from ?? FROM,
      passwordFile: process.env.ODOGRAPH_SMTP_PASSWORD_FILE,
      caFile: process.env.ODOGRAPH_SMTP_CA_FILE,
    }).send({ ...mail, to: to ?? mail.to }))
}

test.run()
