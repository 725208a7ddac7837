/** What Kubernetes lets be the key and the value of a label (apimachinery, IsQualifiedName and IsValidLabelValue). */
import { quoteStart } from './syntax-error.js';

const longestName = 63;
const longestPrefix = 253;
const name = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const nameRule = 'letters, digits, "-", "_" and ".", with a letter or digit at both ends';

/** What a label key should have been; undefined when `key` is one. */
export function faultOfLabelKey(key: string): string | undefined {
  const [first = '', second, ...more] = key.split('/');
  if (more.length > 0) return 'a label key with at most one "/", between a prefix and a name';
  if (second === undefined) return faultOfName(first);
  // The length comes first: it bounds what the patterns have to look at.
  if (first.length > longestPrefix) return `a label key with a prefix of at most ${longestPrefix} characters, not ${first.length}`;
  if (!subdomain.test(first)) {
    return `a label key with a domain such as "example.com" as its prefix: lower case letters, digits, "-" and ".", not ${quoteStart(first)}`;
  }
  return faultOfName(second);
}

/** What a label value should have been; undefined when `value` is one. The empty string is. */
export function faultOfLabelValue(value: string): string | undefined {
  if (value.length > longestName) return `a label value of at most ${longestName} characters, not ${value.length}`;
  return value === '' || name.test(value) ? undefined : `a label value: ${nameRule}, or nothing`;
}

function faultOfName(text: string): string | undefined {
  if (text.length > longestName) return `a label key with a name of at most ${longestName} characters, not ${text.length}`;
  return name.test(text) ? undefined : `a label key: ${nameRule}, and a domain with a "/" before it where it belongs to one`;
}
