// Writes the types of the client from the OpenAPI document of the API in this tree:
//   node --import tsx scripts/generate-client.mjs
import { writeFileSync } from 'node:fs'
import { testApi } from '../test/support/api-fakes.ts'
import { CLIENT_TYPES, clientSource } from './client-source.ts'

const { api } = await testApi()
const document = (await api.inject('/openapi.json')).json()
const source = clientSource(document)
writeFileSync(new URL(`../${CLIENT_TYPES}`, import.meta.url), source)
process.stdout.write(`${CLIENT_TYPES}: ${source.split('\n').length} lines\n`)
