/**
 * Every verb: its line in the help, and the module that has it. Modules are imported only when one
 * of their verbs is asked for, because some take most of a second to load.
 */
import type { Command } from 'commander';

export interface CommandModule {
  /** Verb → its line in the list of verbs; the module describes each at length. */
  verbs: Readonly<Record<string, string>>;
  register(program: Command): Promise<void>;
}

/** In the order of a publication's life. */
export const MODULES: readonly CommandModule[] = [
  {
    verbs: { init: 'make a new publication: configuration, keys, a sample issue' },
    register: async (program) => (await import('./init.js')).registerInit(program),
  },
  {
    verbs: { new: 'a new issue file, in the shape of the last one' },
    register: async (program) => (await import('./new.js')).registerNew(program),
  },
  {
    verbs: { show: 'the issue as it was understood, and what is wrong with it' },
    register: async (program) => (await import('./show.js')).registerShow(program),
  },
  {
    verbs: { 'import-issue': 'an existing issue (text, HTML, mail, Markdown) into our format' },
    register: async (program) => (await import('./import-issue.js')).registerImportIssue(program),
  },
  {
    verbs: { compose: 'an issue file from the rows of a sheet' },
    register: async (program) => (await import('./compose.js')).registerCompose(program),
  },
  {
    verbs: { preview: 'live preview of an issue in the browser, or as files' },
    register: async (program) => (await import('./preview.js')).registerPreview(program),
  },
  {
    verbs: { test: 'send one real copy of an issue, marked [TEST]' },
    register: async (program) => (await import('./test.js')).registerTest(program),
  },
  {
    verbs: { check: 'what is wrong with an issue: text, links, pictures, size, mail programs' },
    register: async (program) => (await import('./check.js')).registerCheck(program),
  },
  {
    verbs: { subscribers: 'the audience: import, export, add, show, unsubscribe, erase, stats' },
    register: async (program) => (await import('./subscribers.js')).registerSubscribers(program),
  },
  {
    verbs: { send: 'send an issue to every subscriber, once' },
    register: async (program) => (await import('./send.js')).registerSend(program),
  },
  {
    verbs: { status: 'all sends, or one: ledger and what is in doubt' },
    register: async (program) => (await import('./status.js')).registerStatus(program),
  },
  {
    verbs: {
      pause: 'stop claiming recipients until "resume"',
      resume: 'go on with a paused or halted send',
      cancel: 'end a send before everyone was mailed',
      unschedule: 'take back a send that is scheduled',
    },
    register: async (program) => (await import('./steer.js')).registerSteer(program),
  },
  {
    verbs: { amend: 'mend an issue that is going out, for everybody not mailed yet' },
    register: async (program) => (await import('./amend.js')).registerAmend(program),
  },
  {
    verbs: {
      retry: 'mail again whom the relay refused',
      resolve: 'list the people in doubt, or say what becomes of them',
    },
    register: async (program) => (await import('./chances.js')).registerChances(program),
  },
  {
    verbs: { start: 'run the services: web, worker' },
    register: async (program) => (await import('./start.js')).registerStart(program),
  },
  {
    verbs: { archive: 'every item ever published: export, import' },
    register: async (program) => (await import('./archive.js')).registerArchive(program),
  },
  {
    verbs: { audio: 'the episode of an issue: attach, remove, list' },
    register: async (program) => (await import('./audio.js')).registerAudio(program),
  },
  {
    verbs: { backup: 'the whole state in one file' },
    register: async (program) => (await import('./backup.js')).registerBackup(program),
  },
  {
    verbs: { restore: 'put a backup in the place of what is there' },
    register: async (program) => (await import('./restore.js')).registerRestore(program),
  },
  {
    verbs: { demo: 'the whole pipeline on this machine, with the example publication' },
    register: async (program) => (await import('./demo.js')).registerDemo(program),
  },
  {
    verbs: { notify: 'try out how operators are told what becomes of sends' },
    register: async (program) => (await import('./notify.js')).registerNotify(program),
  },
  {
    verbs: { doctor: 'check the whole installation and say how to mend it' },
    register: async (program) => (await import('./doctor.js')).registerDoctor(program),
  },
];
