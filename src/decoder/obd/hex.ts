/** Hexadecimal as issues, codes and names show it: upper case, at least two digits. */
export function hex(value: number, digits = 2): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
