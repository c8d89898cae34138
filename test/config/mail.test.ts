import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkConfig, loadConfig } from '../../src/config/load.ts'

const test = suite('mail in the configuration')

const mail = { url: 'smtps://me%40host@mail.example.org:465', from: 'Gateway <gw@example.org>' }

test('a mail server and an address are all that exports need', () => {
  const { config, findings } = checkConfig({
    mail,
    gateway: { email: 'owner@example.org' },
    api: { publicUrl: 'https://car.example.org/api/' },
  })
  assert.equal(findings, [])
  assert.equal(config.mail, mail)
  assert.is(config.gateway.email, 'owner@example.org')
  assert.is(config.api.publicUrl, 'https://car.example.org/api')
  assert.equal(checkConfig({}).config.mail, {})
})

const wrong: [what: object, words: RegExp][] = [
  [{ mail: { ...mail, url: 'http://mail.example.org' } }, /mail\.url: write smtp:\/\//],
  [
    { mail: { ...mail, url: 'smtp://me:secret@mail.example.org' } },
    /mail\.url: put the password into a file/,
  ],
  [{ mail: { ...mail, url: 'smtp://:99999999' } }, /mail\.url: write smtp:\/\//],
  [{ mail: { ...mail, from: 'gw@a, other@b' } }, /mail\.from: write user@host/],
  [{ mail: { ...mail, from: 'A, B <a@b>' } }, /mail\.from: write user@host/],
  [{ mail: { ...mail, from: 'A\r\nBcc: x <a@b>' } }, /mail\.from: write user@host/],
  [{ mail: { ...mail, password: 'secret' } }, /mail\.password: unknown key/],
  [{ gateway: { email: 'a@b, c@d' } }, /gateway\.email: write user@example\.org/],
  [{ gateway: { email: 'nobody' } }, /gateway\.email: write user@example\.org/],
  [{ api: { publicUrl: 'car.example.org' } }, /api\.publicUrl: write http/],
  [{ api: { publicUrl: 'https://car.example.org/?a=b' } }, /api\.publicUrl: without/],
]
for (const [what, words] of wrong) {
  test(`${JSON.stringify(what)} is told of, without the secret, and left out`, () => {
    const { config, findings } = checkConfig(structuredClone(what) as Record<string, unknown>)
    assert.match(findings.join('\n'), words)
    assert.not.match(findings.join('\n'), /secret@/)
    assert.is(config.gateway.email, undefined)
    assert.not.match(JSON.stringify(config.mail), /secret/)
    assert.is(config.api.publicUrl, undefined)
  })
}

test('it can be given by the environment', () => {
  const environment = {
    ODOGRAPH__MAIL__URL: 'smtp://localhost:25',
    ODOGRAPH__MAIL__FROM: 'gw@example.org',
    ODOGRAPH__MAIL__PASSWORD_FILE: '/run/secret',
    ODOGRAPH__GATEWAY__EMAIL: 'owner@example.org',
  }
  const { config, findings } = loadConfig({ environment })
  assert.equal(findings, [])
  assert.equal(config.mail, {
    url: 'smtp://localhost:25',
    from: 'gw@example.org',
    passwordFile: '/run/secret',
  })
})

test.run()
