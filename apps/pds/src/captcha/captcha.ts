/** A service that tells people from bots. */
export interface Captcha {
  /**
   * Whether a person solved the task that `token` stands for. Rejects if the service cannot be
   * asked.
   */
  isSolved(token: string, options: { ip: string; signal: AbortSignal }): Promise<boolean>
}
