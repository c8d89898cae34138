/** The port to the question whether the gateway has an owner yet, and how it gets one. */
export interface ClaimDesk {
  /** Once true it stays so. */
  isClaimed(): boolean
  /** Whether a text is the code that the service has printed. */
  matches(code: string): boolean
  /** Durable when it returns. False where somebody was earlier. Throws where it cannot be kept. */
  take(): boolean
}
