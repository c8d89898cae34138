/**
 * `npm run fuzz -- [TARGET…] [--count N] [--seed N] [--guided]`: every target, or the named ones.
 * Ends with exit code 1 at the first find, whose input it prints.
 */
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz.ts'
import { targets } from './targets.ts'

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    guided: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})

for (const name of positionals) {
  if (targets.some((target) => target.name === name)) continue
  process.stderr.write(`no target ${name}; there are ${targets.map((t) => t.name).join(', ')}\n`)
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
