/** JSON in one line of ASCII, which no command or file of the proxy reads as anything else. */
export const asciiJson = (value: unknown) =>
  JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
