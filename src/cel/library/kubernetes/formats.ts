import { labelKeyProblems, labelValueProblems } from '#objects/label-form.ts'
import { dns1035Label, dnsLabel, dnsSubdomain, type NameForm } from '#objects/name-form.ts'
import { fromBase64 } from '#schema/base64.ts'
import { parseDay, parseTimestamp } from '../../values/time.ts'
import { ListValue, Opaque, Optional } from '../../values/value.ts'
import { global, member, type Overload } from '../overload.ts'
import { urlProblem } from './urls.ts'

/** A form that texts may have, by its name. */
class Format extends Opaque {
  readonly typeName = 'kubernetes.NamedFormat'
  readonly name: string
  readonly problems: NameForm

  constructor(name: string, problems: NameForm) {
    super()
    this.name = name
    this.problems = problems
  }

  equals(other: Opaque): boolean {
    return other instanceof Format && other.name === this.name
  }
}

/** The beginning of a name may end with a hyphen, since something follows; what stands before it is not looked at. */
const prefix =
  (form: NameForm): NameForm =>
  (text) =>
    form(text.replace(/[\s\S]-$/, 'a'))

const either =
  (isRight: (text: string) => boolean, problem: string): NameForm =>
  (text) =>
    isRight(text) ? [] : [problem]

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

const uri: NameForm = (text) => {
  const problem = urlProblem(text)
  return problem === undefined ? [] : [problem]
}

const FORMATS: ReadonlyMap<string, Format> = new Map(
  Object.entries({
    dns1123Label: dnsLabel,
    dns1123Subdomain: dnsSubdomain,
    dns1035Label,
    qualifiedName: labelKeyProblems,
    dns1123LabelPrefix: prefix(dnsLabel),
    dns1123SubdomainPrefix: prefix(dnsSubdomain),
    dns1035LabelPrefix: prefix(dns1035Label),
    labelValue: labelValueProblems,
    uri,
    uuid: either((text) => UUID.test(text), 'does not match the UUID format'),
    byte: either((text) => fromBase64(text) !== undefined, 'invalid base64'),
    date: either((text) => parseDay(text) !== undefined, 'invalid date'),
    datetime: either((text) => parseTimestamp(text) !== undefined, 'invalid datetime'),
  } satisfies Record<string, NameForm>).map(([name, problems]) => [name, new Format(name, problems)]),
)

const validate = ({ problems }: Format, text: string): Optional => {
  const found = problems(text)
  return new Optional(found.length === 0 ? undefined : new ListValue(found))
}

/** Forms of texts by name: `format.dns1123Label().validate(self.name)`, which gives what is wrong, or none. */
export const formats: readonly Overload[] = [
  ...[...FORMATS].map(([name, format]) => global(`format.${name}`, `format.${name}(): NamedFormat`, () => format)),
  global(
    'format-named',
    'format.named(string): optional(NamedFormat)',
    (name: string) => new Optional(FORMATS.get(name)),
  ),
  member('format-validate', 'NamedFormat.validate(string): optional(list(string))', validate),
]
