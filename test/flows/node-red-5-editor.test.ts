/** The editor of the newest Node-RED. */
import { suite } from 'uvu'
import { testAgain } from '../support/node-red-5.ts'

const test = suite('palette in Node-RED 5: the editor')

testAgain(test, 'editor')

test.run()
