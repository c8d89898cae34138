/** 300 kills of a gateway under load, at a real broker: `npm run test:faults [-- RUNS [SEED]]`. */
import { inFolder } from '../support/journal-records.ts'
import { killAgainAndAgain } from '../support/killing.ts'

const runs = Number(process.argv[2] ?? 300)
const seed = Number(process.argv[3] ?? 1)

await inFolder(async (folder) => {
  const progress = (text: string) => console.log(text)
  const { records, early, repeats, batches } = await killAgainAndAgain(folder, {
    ...{ runs, seed, progress },
  })
  console.log(
    `${runs} runs, ${early} of them killed before they had stored anything: ${records} records, ` +
      `all arrived, in order; ${repeats} came more than once, ${batches} batches`,
  )
})
