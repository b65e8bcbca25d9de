import type { Command, Flag } from '../command.ts'
import type { CommandEntry } from '../command-entry.ts'

type Verbs = readonly { readonly name: string; readonly summary: string; readonly command: Command }[]

const flagsOf = (command: Command): readonly (readonly [string, Flag])[] => [
  ...Object.entries(command.flags),
  ['help', { help: 'how to use this verb' }],
]
const firstWords = (verbs: Verbs): readonly string[] => [...new Set(verbs.map(({ name }) => name.split(' ')[0]!))]
const namesOf = (verbs: Verbs): string => [...firstWords(verbs), 'help'].join(' ')
/** Verbs of two words, by the first. */
const groupsOf = (verbs: Verbs): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, readonly string[]>()
  for (const { name } of verbs) {
    const [first = '', second] = name.split(' ')
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second])
  }
  return groups
}
/** What each first word stands for: a verb, or several. */
const summaries = (verbs: Verbs): readonly (readonly [name: string, summary: string])[] => {
  const groups = groupsOf(verbs)
  return firstWords(verbs).map((first) => [
    first,
    groups.get(first)?.join(', ') ?? verbs.find(({ name }) => name === first)?.summary ?? '',
  ])
}
/** For a shell's single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
/** Words that the verb's argument may be; a cluster's name is asked for. */
const choicesOf = ({ argument }: Command): readonly string[] =>
  argument === undefined || 'words' in argument
    ? []
    : 'choices' in argument
      ? argument.choices
      : ['$(_fairlead_clusters)']
/** What may follow: the verb's argument, or its flags. */
const wordsOf = (command: Command): string =>
  [...choicesOf(command), ...flagsOf(command).map(([flag]) => `--${flag}`)].join(' ')

/** Words for the value of the flag before the cursor, as `case` branches; a path or a number is left to the shell. */
const valueBranches = (command: Command, offer: (words: string) => string): string =>
  flagsOf(command)
    .filter(([, { value }]) => value !== undefined)
    .map(([name, { choices, short, value }]) => {
      const names = `--${name}${short ? `|-${short}` : ''}`
      if (choices) return `${names}) ${offer(choices.join(' '))}; return;;`
      return name === 'name'
        ? `${names}) ${offer('$(_fairlead_clusters)')}; return;;`
        : value === 'PATH'
          ? ''
          : `${names}) return;;`
    })
    .filter((branch) => branch !== '')
    .join(' ')

const CLUSTERS = `_fairlead_clusters() { fairlead list 2>/dev/null | while read -r name _; do [ "$name" = NAME ] || echo "$name"; done; }`

const shells: Readonly<Record<string, (verbs: Verbs) => string>> = {
  bash: (verbs) => `${CLUSTERS}
_fairlead() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then COMPREPLY=($(compgen -W "${namesOf(verbs)}" -- "$word")); return; fi
  local verb=\${COMP_WORDS[1]}
  case $verb in
${[...groupsOf(verbs)]
  .map(
    ([first, seconds]) =>
      `    ${first}) if [ "$COMP_CWORD" = 2 ]; then COMPREPLY=($(compgen -W "${seconds.join(' ')}" -- "$word")); return; fi; verb="$verb \${COMP_WORDS[2]}";;`,
  )
  .join('\n')}
  esac
  case $verb in
${verbs
  .map(({ name, command }) => {
    const branches = valueBranches(command, (words) => `COMPREPLY=($(compgen -W "${words}" -- "$word"))`)
    return `    '${name}')
${branches ? `      case $before in ${branches} esac\n` : ''}      COMPREPLY=($(compgen -W "${wordsOf(command)}" -- "$word"));;`
  })
  .join('\n')}
    help) COMPREPLY=($(compgen -W "${namesOf(verbs)}" -- "$word"));;
  esac
}
complete -o default -F _fairlead fairlead
`,
  zsh: (verbs) => `#compdef fairlead
${CLUSTERS}
_fairlead() {
  local -a verbs=(${summaries(verbs)
    .map(([name, summary]) => quoted(`${name}:${summary}`))
    .join(' ')} 'help:how to use a verb')
  local before=$words[CURRENT-1]
  if (( CURRENT == 2 )); then _describe verb verbs; return; fi
  local verb=$words[2]
  case $verb in
${[...groupsOf(verbs)]
  .map(
    ([first, seconds]) =>
      `    ${first}) if (( CURRENT == 3 )); then compadd -- ${seconds.join(' ')}; return; fi; verb="$verb $words[3]";;`,
  )
  .join('\n')}
  esac
  case $verb in
${verbs
  .map(({ name, command }) => {
    const branches = valueBranches(command, (words) => `compadd -- ${words}`)
    return `    '${name}')
${branches ? `      case $before in ${branches} esac\n` : ''}      compadd -- ${wordsOf(command)}; _files;;`
  })
  .join('\n')}
    help) _describe verb verbs;;
  esac
}
compdef _fairlead fairlead
`,
  fish: (verbs) => `complete -c fairlead -f
${summaries(verbs)
  .map(([name, summary]) => `complete -c fairlead -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`)
  .join('\n')}
${[...groupsOf(verbs)]
  .map(([first, seconds]) => {
    const words = seconds.join(' ')
    const open = `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${words}`
    return `complete -c fairlead -n '${open}' -a ${fishQuoted(words)}`
  })
  .join('\n')}
${verbs
  .flatMap(({ name, command }) => {
    const seen = name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`)
    const after = `complete -c fairlead -n '${seen.join('; and ')}'`
    return [
      ...(command.argument && 'choices' in command.argument
        ? [`${after} -a ${fishQuoted(command.argument.choices.join(' '))}`]
        : []),
      ...flagsOf(command).map(([flag, { help, short, value, choices }]) =>
        [
          `${after} -l ${flag}`,
          ...(short ? [`-s ${short}`] : []),
          ...(value === undefined ? [] : [value === 'PATH' ? '-rF' : '-x']),
          ...(choices ? [`-a ${fishQuoted(choices.join(' '))}`] : []),
          `-d ${fishQuoted(help)}`,
        ].join(' '),
      ),
    ]
  })
  .join('\n')}
complete -c fairlead -n __fish_use_subcommand -a help -d 'how to use a verb'
complete -c fairlead -n '__fish_seen_subcommand_from help' -a ${fishQuoted(namesOf(verbs))}
`,
}

/** fish knows \\' and \\\\ inside of single quotes. */
const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** The list comes in: it imports this file. */
export const completionOf = (list: readonly CommandEntry[]): Command => ({
  name: 'completion',
  summary: 'completion for bash, zsh or fish, printed',
  description:
    'Prints a script for a shell to read. It completes verbs, flags, their values and the names of clusters.',
  argument: { name: 'SHELL', default: 'bash', choices: Object.keys(shells), help: 'for which shell' },
  flags: {},
  examples: [
    'source <(fairlead completion)',
    'source <(fairlead completion zsh)',
    'fairlead completion fish > ~/.config/fish/completions/fairlead.fish',
  ],
  async run({ argument, io }) {
    const verbs = await Promise.all(
      list.map(async ({ name, summary, load }) => ({ name, summary, command: await load() })),
    )
    io.out(shells[argument]!(verbs))
    return 0
  },
})
