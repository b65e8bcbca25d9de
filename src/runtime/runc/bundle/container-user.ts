import type { UserWish } from '../../runtime.ts'
import { RuntimeError } from '../../runtime-error.ts'

/** The texts of an image's /etc/passwd and /etc/group; empty where it has none. */
export interface AccountFiles {
  readonly passwd: string
  readonly group: string
}

export interface ContainerUser {
  readonly uid: number
  readonly gid: number
  /** With the primary group, as containerd has it: a program that leaves its group keeps no more than it had. */
  readonly additionalGids: readonly number[]
}

interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** The kernel's ids, but for the one that means none. */
const LARGEST_ID = 0xffff_fffe

const idOf = (text: string): number | undefined => {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : undefined
  return id !== undefined && id <= LARGEST_ID ? id : undefined
}

const rows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.trimEnd().split(':'))

/** A line whose ids are no numbers is nobody's. */
const accountsOf = (text: string): readonly Account[] =>
  rows(text).flatMap(([name = '', , uid = '', gid = '']) => {
    const ids = { uid: idOf(uid), gid: idOf(gid) }
    return name === '' || ids.uid === undefined || ids.gid === undefined ? [] : [{ name, uid: ids.uid, gid: ids.gid }]
  })

const groupsOf = (text: string): readonly Group[] =>
  rows(text).flatMap(([name = '', , number = '', members = '']) => {
    const gid = idOf(number)
    return name === '' || gid === undefined ? [] : [{ name, gid, members: members.split(',') }]
  })

const fault = (text: string) => new RuntimeError('CONTAINER_USER_UNKNOWN', text)

/** Of a number too: who it is, /etc/passwd may say. */
const findAccount = (accounts: readonly Account[], user: string): Partial<Account> & { readonly uid: number } => {
  const uid = idOf(user)
  const found =
    // A name that looks like a number is a number.
    uid === undefined ? accounts.find(({ name }) => name === user) : accounts.find((one) => one.uid === uid)
  if (found !== undefined) return found
  if (uid !== undefined) return { uid }
  throw fault(`unable to find user ${user}: no matching entries in passwd file`)
}

const findGroup = (groups: readonly Group[], group: string): number => {
  const gid = idOf(group) ?? groups.find(({ name }) => name === group)?.gid
  if (gid === undefined) throw fault(`unable to find group ${group}: no matching entries in group file`)
  return gid
}

/**
 * The user and groups of a container. What the pod wishes goes before what the image says (`NAME`, `NAME:GROUP`, `UID`,
 * `UID:GID`); the group that nobody says is the user's in the image's /etc/passwd, and the groups that /etc/group has the
 * user in are added, unless the wish is strict. Throws RuntimeError CONTAINER_USER_UNKNOWN for a name that the image does
 * not have.
 */
export function containerUser(files: AccountFiles, imageUser: string, wish: UserWish = {}): ContainerUser {
  const [said = '', saidGroup = '', ...more] = imageUser.split(':')
  if (more.length > 0) throw fault(`invalid USER value ${imageUser}: write USER or USER:GROUP`)
  const groups = groupsOf(files.group)
  const account = findAccount(accountsOf(files.passwd), wish.uid === undefined ? said || '0' : String(wish.uid))
  // The image's group is that of its own user.
  const imageGroup = wish.uid === undefined && saidGroup !== '' ? findGroup(groups, saidGroup) : undefined
  const gid = wish.gid ?? imageGroup ?? account.gid ?? 0
  const isMember = (group: Group): boolean => account.name !== undefined && group.members.includes(account.name)
  const merged = wish.strictGroups === true ? [] : groups.filter(isMember).map((group) => group.gid)
  return { uid: account.uid, gid, additionalGids: [...new Set([gid, ...merged, ...(wish.supplementalGroups ?? [])])] }
}
