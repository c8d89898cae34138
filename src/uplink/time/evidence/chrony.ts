/**
 * `chronyc -c -n tracking` (chronyc(1)): one line, separated by commas: reference id in hexadecimal,
 * its address, stratum, …, and last the leap status. 00000000 is no reference, 7F7F.… is the
 * computer's own clock.
 */
const FIELDS = 14

export function isChronySynchronised(output: string): boolean {
  const fields = output.trim().split(',')
  const [reference = '', , stratum] = fields
  if (fields.length < FIELDS || !/^[0-9A-F]{8}$/i.test(reference)) return false
  if (reference === '00000000' || /^7F7F/i.test(reference) || Number(stratum) === 0) return false
  // "Insert second" and "Delete second" announce a leap second of a clock that is synchronised.
  return /^(Normal|Insert second|Delete second)$/i.test(fields.at(-1) ?? '')
}
