/** A serial port over a real pseudo-terminal, whose other end takes its time. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type OpenPort, openPort } from '../../src/device/serial/port.ts'
import { testWith } from '../support/needs.ts'
import { until } from '../support/slcan-line.ts'

const test = suite('serial port')

/** More than a terminal and socat hold between the two ends. */
const LONG = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 251))

/** Two ports that are the two ends of one line. */
async function withCable(
  run: (left: string, right: string, cable: ChildProcess) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-cable-'))
  const [left, right] = [join(folder, 'left'), join(folder, 'right')]
  const ends = [left, right].map((link) => `pty,raw,echo=0,link=${link}`)
  const socat: ChildProcess = spawn('socat', ['-d', '-d', ...ends], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  try {
    let log = ''
    socat.stderr?.on('data', (text) => {
      log += String(text)
    })
    await until('the cable', () => log.includes('starting data transfer loop'))
    await run(left, right, socat)
  } finally {
    socat.kill('SIGKILL')
    await once(socat, 'close')
    rmSync(folder, { recursive: true, force: true })
  }
}

function open(path: string, data: (chunk: Uint8Array) => void): Promise<OpenPort> {
  return openPort({ path, baudRate: 115_200, data, closed: () => undefined })
}

testWith(test, 'socat', 'what the other end takes late arrives whole', async () => {
  await withCable(async (left, right, cable) => {
    const heard: Buffer[] = []
    let count = 0
    const reader = await open(right, (chunk) => {
      heard.push(Buffer.from(chunk))
      count += chunk.length
    })
    const writer = await open(left, () => undefined)
    cable.kill('SIGSTOP')
    let isTaken = false
    const writing = writer.write(LONG).then(() => {
      isTaken = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    assert.not(isTaken, 'a line does not hold so much')
    cable.kill('SIGCONT')
    await writing
    await until('all of it', () => count >= LONG.length)
    assert.ok(Buffer.concat(heard).equals(LONG))
    await Promise.all([writer.close(), reader.close()])
  })
})

testWith(test, 'socat', 'a port is closed although the other end takes nothing', async () => {
  await withCable(async (left) => {
    const writer = await open(left, () => undefined)
    const writing = writer.write(LONG).then(
      () => 'taken',
      () => 'given up',
    )
    await writer.close()
    assert.is(await writing, 'given up')
    await writer.close()
  })
})

test.run()
