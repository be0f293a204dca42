/** The environment variables that win over pressrun.yaml. */
import type { Path } from './document.js';

export type Environment = NodeJS.ProcessEnv;

interface Override {
  variable: string;
  path: Path;
  value: unknown;
}

/** A variable that is set to nothing counts as not set. */
export function variable(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

/** What the environment sets, in the order of the configuration. */
export function overridesOf(env: Environment): Override[] {
  const overrides: Override[] = [];
  const override = (name: string, path: Path, read: (text: string) => unknown) => {
    const text = variable(env, name);
    if (text !== undefined) overrides.push({ variable: name, path, value: read(text) });
  };
  override('PRESSRUN_REDIS', ['redis', 'server'], (text) =>
    text.includes(',') ? text.split(',').map((node) => node.trim()) : text,
  );
  override('PRESSRUN_SMTP_URL', ['smtp', 'url'], (text) => text);
  // It names the one relay, whatever others the file has.
  override('PRESSRUN_SMTP_URL', ['smtp', 'relays'], () => ({}));
  for (const name of Object.keys(env)) {
    const [, relay] = /^PRESSRUN_SMTP_URL_([A-Z0-9_]+)$/.exec(name) ?? [];
    if (relay === undefined) continue;
    override(
      name,
      ['smtp', 'relays', relay.toLowerCase().replaceAll('_', '-'), 'url'],
      (text) => text,
    );
  }
  override('PRESSRUN_WEBHOOK_SECRET', ['notify', 'webhook', 'secret'], (text) => text);
  override('PRESSRUN_HTTP_PORT', ['http', 'port'], (text) =>
    /^\d+$/.test(text) ? Number(text) : text,
  );
  override('PRESSRUN_INBOUND_PORT', ['inbound', 'port'], (text) =>
    /^\d+$/.test(text) ? Number(text) : text,
  );
  override('PRESSRUN_METRICS_PORT', ['metrics', 'port'], (text) =>
    /^\d+$/.test(text) ? Number(text) : text,
  );
  return overrides;
}

/** True when PRESSRUN_DEBUG asks for the stack of an unexpected error. */
export function debugWanted(env: Environment = process.env): boolean {
  return variable(env, 'PRESSRUN_DEBUG') !== undefined;
}
