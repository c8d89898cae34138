/** SIGPWR: what the gateway has becomes durable at once, and it goes on. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import { Folder, startGateway, until } from '../support/gateway-process.ts'

const test = suite('failing power')

const SAID = 'the power is about to fail: everything is committed'

interface Health {
  store: { records: number; uncommitted: number }
}

function storedIn(folder: string): number {
  const database = openDatabase(join(folder, 'journal.db'), { readOnly: true })
  try {
    return Number(database.prepare('SELECT count(*) AS n FROM record').get()?.n)
  } finally {
    database.close()
  }
}

test('told of failing power, the gateway commits everything, and may be killed', async () => {
  const folder = new Folder()
  try {
    const data = join(folder.path, 'data')
    mkdirSync(data)
    const config = folder.file('odograph.yaml', 'store:\n  commit: 600\n')
    const { command, get } = await startGateway(folder, ['--demo', '--config', config])
    const waiting = async (count: number) => {
      const { store } = (await get('/v1/gateway/health')).body as Health
      return store.uncommitted >= count && store
    }
    const times = () => command.stderr.split(SAID).length - 1
    const first = await until('records that wait', () => waiting(2))
    const before = storedIn(data)
    command.child.kill('SIGPWR')
    await until('words', () => times() === 1)
    const between = storedIn(data)
    assert.ok(between >= before + first.uncommitted, `${between} records`)
    // The power has come back, and fails again.
    const second = await until('more records that wait', () => waiting(2))
    command.child.kill('SIGPWR')
    await until('words again', () => times() === 2)
    await command.stop('SIGKILL')
    assert.ok(storedIn(data) >= between + second.uncommitted)
  } finally {
    folder.remove()
  }
})

test.run()
