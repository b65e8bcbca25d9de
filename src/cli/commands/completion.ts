import type { Command } from '../command.ts'
import type { CommandEntry } from '../command-entry.ts'

type Verbs = readonly { readonly name: string; readonly summary: string; readonly command: Command }[]

const words = (command: Command): string =>
  Object.keys(command.flags)
    .map((flag) => `--${flag}`)
    .join(' ')

const shells: Readonly<Record<string, (verbs: Verbs) => string>> = {
  bash: (verbs) => `_fairlead() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W "${verbs.map(({ name }) => name).join(' ')} help" -- "$word")); return; fi
  case \${COMP_WORDS[1]} in
${verbs.map(({ name, command }) => `    ${name}) COMPREPLY=($(compgen -W "${words(command)}" -- "$word"));;`).join('\n')}
    help) COMPREPLY=($(compgen -W "${verbs.map(({ name }) => name).join(' ')}" -- "$word"));;
  esac
}
complete -F _fairlead fairlead
`,
  zsh: (verbs) => `#compdef fairlead
_fairlead() {
  local -a verbs=(${verbs.map(({ name, summary }) => `'${name}:${summary.replaceAll("'", "'\\''")}'`).join(' ')} 'help:how to use a verb')
  if (( CURRENT == 2 )); then _describe verb verbs; return; fi
  case $words[2] in
${verbs.map(({ name, command }) => `    ${name}) compadd -- ${words(command)};;`).join('\n')}
    help) _describe verb verbs;;
  esac
}
compdef _fairlead fairlead
`,
  fish: (verbs) => `complete -c fairlead -f
${verbs
  .flatMap(({ name, summary, command }) => [
    `complete -c fairlead -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "\\'")}'`,
    ...Object.entries(command.flags).map(
      ([flag, { help, value, choices }]) =>
        `complete -c fairlead -n '__fish_seen_subcommand_from ${name}' -l ${flag}${value ? ' -r' : ''}${choices ? ` -a '${choices.join(' ')}'` : ''} -d '${help.replaceAll("'", "\\'")}'`,
    ),
  ])
  .join('\n')}
`,
}

/** The verb itself, over the list that it is part of. */
export const completionOf = (commandList: readonly CommandEntry[]): Command => ({
  name: 'completion',
  summary: 'completion for bash, zsh or fish, printed',
  description: 'Prints a script for a shell to read.',
  flags: { shell: { value: 'SHELL', default: 'bash', choices: Object.keys(shells), help: 'for which shell' } },
  examples: [
    'source <(fairlead completion)',
    'fairlead completion --shell fish > ~/.config/fish/completions/fairlead.fish',
  ],
  async run({ flags, io }) {
    const verbs = await Promise.all(
      commandList.map(async ({ name, summary, load }) => ({ name, summary, command: await load() })),
    )
    io.out(shells[flags.shell!]!(verbs))
    return 0
  },
})
