/** The palette in the newest Node-RED. */
import { suite } from 'uvu'
import { testAgain } from '../support/node-red-5.ts'

const test = suite('palette in Node-RED 5')

for (const name of ['palette', 'stream', 'examples']) testAgain(test, name)

test.run()
