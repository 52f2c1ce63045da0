export interface PasswordResetMail {
  email: string
  /** Goes into a link to the application's own page, behind the `#`: what is there reaches no server and no log. */
  token: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** How the server reaches a user outside the browser. */
export interface Mailer {
  sendPasswordReset(mail: PasswordResetMail): Promise<void>
}

/** For hosts that cannot send anything, such as a page. */
export const noMailer: Mailer = { sendPasswordReset: async () => undefined }
