/** What the library has to say, in one line; the lines that it shows below are left out, and the colon that leads to them. */
export const yamlFault = ({ message }: Error): string => message.split('\n')[0]!.replace(/:$/, '')
