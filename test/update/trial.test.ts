/** When a version on trial confirms itself, waits, or gives itself up. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Before, keepBefore, readBefore, Trial } from '../../src/gateway/trial.ts'
import type { GatewayHealth, SourceReport, SourceState } from '../../src/model/ports.ts'
import { type Choice, readChoice, writeChoice } from '../../src/update/choice.ts'
import { HandClock } from '../support/hand-clock.ts'
import { inFolder, silent } from '../support/journal-records.ts'

const test = suite('trial of an update')

const settings = { confirmMs: 60_000, giveUpMs: 300_000 }
const tried: Choice = {
  ...{ packaged: '1.0.0', current: null },
  trial: { version: '1.1.0', since: 1, starts: 1 },
}

interface World {
  answers: boolean
  isWritable: boolean
  findings: string[]
  states: Record<string, SourceState>
}

const WELL: World = { answers: true, isWritable: true, findings: [], states: { obd: 'running' } }
const BEFORE: Before = { running: ['obd'], findings: ['There is no clock.'] }

function health({ states }: World): GatewayHealth {
  const sources = Object.entries(states).map(
    ([id, state]) => ({ id, state, detail: 'no adapter' }) as SourceReport,
  )
  return { sources } as GatewayHealth
}

async function trialIn(
  world: World,
  seconds: number,
  { before = BEFORE, then }: { before?: Before | undefined; then?: (world: World) => void } = {},
): Promise<{ choice: Choice | undefined; said: string[] }> {
  let choice: Choice | undefined
  const said: string[] = []
  await inFolder(async (folder) => {
    const clock = new HandClock()
    writeChoice(folder, tried)
    const trial = new Trial({
      ...{ folder, version: '1.1.0', before, settings, clock, logger: silent },
      health: () => health(world),
      findings: () => world.findings,
      isWritable: () => world.isWritable,
      answers: async () => world.answers,
      giveUp: (reason) => void said.push(reason),
      confirmed: () => void said.push('confirmed'),
    })
    for (let passed = 0; passed < seconds; passed += 2) {
      await clock.advance(2000)
      await trial.look()
      if (passed === 100) then?.(world)
    }
    trial.stop()
    choice = readChoice(folder)
  })
  return { choice, said }
}

test('where everything is as it was, it confirms itself after a minute', async () => {
  const { choice, said } = await trialIn({ ...WELL, findings: ['There is no clock.'] }, 62)
  assert.equal(said, ['confirmed'])
  assert.equal(choice, { packaged: '1.0.0', current: '1.1.0', previous: null })
})

test('stopped in order before, it is no failed start', async () => {
  const { choice, said } = await trialIn({ ...WELL }, 40)
  assert.equal(said, [])
  assert.is(choice?.trial?.starts, 0)
})

const reasons: [what: Partial<World>, reason: string][] = [
  [{ answers: false }, 'the API does not answer'],
  [{ isWritable: false }, 'the journal cannot be written'],
  [{ findings: ['mqtt: unknown key'] }, 'mqtt: unknown key'],
  [{ states: { obd: 'waiting' } }, 'obd does not run any more: no adapter'],
]

for (const [what, reason] of reasons) {
  test(`it gives itself up after five minutes: ${reason}`, async () => {
    assert.equal((await trialIn({ ...WELL, ...what }, 290)).said, [])
    const { choice, said } = await trialIn({ ...WELL, ...what }, 320)
    assert.equal(said, [reason])
    assert.is(choice?.current, null)
    assert.is(choice?.trial, undefined)
    assert.is(choice?.refused?.version, '1.1.0')
    assert.is(choice?.refused?.reason, reason)
  })
}

test('what passes in time is forgiven', async () => {
  const then = (world: World) => {
    world.answers = true
  }
  assert.equal((await trialIn({ ...WELL, answers: false }, 120, { then })).said, ['confirmed'])
})

test('a vehicle that sleeps is nobody’s fault: it is waited for', async () => {
  const states = { obd: 'silent' } as const
  const { said, choice } = await trialIn({ ...WELL, states }, 4000)
  assert.equal(said, [])
  assert.is(choice?.trial?.version, '1.1.0')
})

test('what did not run before need not run now', async () => {
  const states = { obd: 'running', second: 'waiting', third: 'silent' } as const
  assert.equal((await trialIn({ ...WELL, states }, 62)).said, ['confirmed'])
})

test('where nothing is known of before, findings and sources say nothing', async () => {
  const world = { ...WELL, findings: ['New.'], states: { obd: 'waiting' } as const }
  let choice: Choice | undefined
  await inFolder(async (folder) => {
    const clock = new HandClock()
    writeChoice(folder, tried)
    const trial = new Trial({
      ...{ folder, version: '1.1.0', before: undefined, settings, clock, logger: silent },
      health: () => health(world),
      findings: () => world.findings,
      isWritable: () => true,
      answers: async () => true,
      giveUp: () => undefined,
      confirmed: () => undefined,
    })
    await clock.advance(61_000)
    await trial.look()
    choice = readChoice(folder)
  })
  assert.is(choice?.current, '1.1.0')
})

test('how the gateway did is kept, and half of a note is none', () =>
  inFolder((folder) => {
    assert.is(readBefore(folder), undefined)
    keepBefore(folder, BEFORE)
    assert.equal(readBefore(folder), BEFORE)
  }))

test.run()
