/**
 * `npm run fuzz -- [TARGET…] [--count N] [--seed N] [--guided]`: every target, or the named ones.
 * Ends with exit code 1 at the first find, whose input it prints.
 */
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'
import { fuzzHttp } from './http.ts'
import { targets } from './targets.ts'

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    guided: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})

const HTTP = 'http'
const names = [...targets.map(({ name }) => name), HTTP]
for (const name of positionals) {
  if (names.includes(name)) continue
  process.stderr.write(`no target ${name}; there are ${names.join(', ')}\n`)
  process.exit(2)
}
for (const target of targets) {
  if (positionals.length > 0 && !positionals.includes(target.name)) continue
  const started = performance.now()
  const { inputs, corpus, heap } = await fuzz(target, {
    count: Number(values.count),
    seed: Number(values.seed),
    isGuided: values.guided,
  })
  const seconds = (performance.now() - started) / 1000
  const rate = Math.round(inputs / seconds)
  process.stdout.write(
    `${target.name.padEnd(10)} ${inputs} inputs, ${rate} a second, corpus ${corpus}, heap MB ${heap.join(' ')}\n`,
  )
}
if (positionals.length === 0 || positionals.includes(HTTP)) {
  // A connection each: a hundredth of the inputs takes as long as all of a target in memory.
  const count = Math.ceil(Number(values.count) / 100)
  const { answers, connections, heap } = await fuzzHttp({ count, seed: Number(values.seed) })
  process.stdout.write(
    `${HTTP.padEnd(10)} ${count} attacks, ${answers} answers, ${connections} connections left, heap MB ${heap.join(' ')}\n`,
  )
}
