/** What can differ between two deployments of one publication. It is read from the environment when the stack is synthesized. */
export type Deployment = {
  stackName: string;
  /** Where the stack is. What is not set here, CDK takes from the credentials. */
  env: { account?: string; region?: string };
  /** The domain of the publication. Without it, the site has CloudFront's domain. */
  domain?: { baseUrl: string; hostName: string; certificateArn: string };
  /** The address that gets a mail when an alarm goes off. */
  alarmEmail?: string;
};

type Environment = Record<string, string | undefined>;

/** This value of a variable says on purpose that there is no domain, or nobody who gets alarms. */
const NONE = 'none';

/** Reads the deployment from the environment. Throws an error that names the wrong variable and what is allowed. */
export function readDeployment(env: Environment): Deployment {
  const domain = domainOf(env.BROADSHEET_URL, env.CERTIFICATE_ARN);
  const alarmEmail = alarmEmailOf(env.ALARM_EMAIL);
  const account = matching('BROADSHEET_ACCOUNT', env, /^\d{12}$/, 'the 12 digits of an AWS account');
  const region = matching(
    'BROADSHEET_REGION',
    env,
    /^[a-z]{2}(-[a-z]+)+-\d+$/,
    'a region, such as eu-west-1',
  );
  return {
    stackName: stackNameOf(env.BROADSHEET_STACK || 'Broadsheet'),
    env: { ...(account && { account }), ...(region && { region }) },
    ...(domain && { domain }),
    ...(alarmEmail && { alarmEmail }),
  };
}

/**
 * Returns a sentence for each variable that a deployment needs and that is not set. CloudFormation removes what is no longer
 * in the template. So a deployment without the variables of the one before would take the site off its domain, change every
 * link, and delete the subscription to the alarms, or it would make a second installation in another place.
 */
export function undecided(env: Environment): string[] {
  const needed = {
    BROADSHEET_STACK: 'the name of the stack, such as Broadsheet',
    BROADSHEET_ACCOUNT: 'the 12 digits of the AWS account that the stack is in',
    BROADSHEET_REGION: 'the region that the stack is in, such as eu-west-1',
    BROADSHEET_URL: `the address of the site, such as https://news.example, or to "${NONE}" for CloudFront's domain`,
    ...(env.BROADSHEET_URL !== NONE && {
      CERTIFICATE_ARN: `the ARN of the certificate of the site's domain, or to "${NONE}" if BROADSHEET_URL is "${NONE}"`,
    }),
    ALARM_EMAIL: `the address that gets the alarms, or to "${NONE}" if nobody gets them`,
  };
  return Object.entries(needed)
    .filter(([name]) => !env[name])
    .map(([name, value]) => `${name} is not set; set it to ${value}`);
}

function matching(name: string, env: Environment, pattern: RegExp, allowed: string): string | undefined {
  const value = env[name] || undefined;
  if (value === undefined || pattern.test(value)) return value;
  throw new Error(`${name} is "${value}"; it must be ${allowed}`);
}

function alarmEmailOf(address: string | undefined): string | undefined {
  if (!address || address === NONE) return undefined;
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) return address;
  throw new Error(
    `ALARM_EMAIL is "${address}"; it must be a mail address, or "${NONE}" if nobody gets alarms`,
  );
}

function stackNameOf(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name) && name !== NONE) return name;
  throw new Error(
    `BROADSHEET_STACK is "${name}"; it must begin with a letter and have at most 64 letters, digits and hyphens`,
  );
}

function domainOf(urlOrNone: string | undefined, arnOrNone: string | undefined): Deployment['domain'] {
  const url = urlOrNone === NONE ? undefined : urlOrNone;
  const certificateArn = arnOrNone === NONE ? undefined : arnOrNone;
  if (!url && !certificateArn) return undefined;
  if (!url || !certificateArn) {
    const [missing, value] = url ? ['CERTIFICATE_ARN', arnOrNone] : ['BROADSHEET_URL', urlOrNone];
    throw new Error(
      `${missing} is ${value === NONE ? `"${NONE}"` : 'not set'}; set both BROADSHEET_URL and CERTIFICATE_ARN for a domain of your own, or both to "${NONE}" for CloudFront's domain`,
    );
  }
  const hostName = URL.canParse(url) ? new URL(url).hostname : '';
  const baseUrl = `https://${hostName}`;
  if (url.replace(/\/$/, '') !== baseUrl || !hostName.includes('.')) {
    throw new Error(
      `BROADSHEET_URL is "${url}"; it must be https and a host name, with no port or path, such as "https://news.example", or "${NONE}" for CloudFront's domain`,
    );
  }
  // CloudFront takes certificates of this region only, in whatever region the stack is.
  if (!/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/.test(certificateArn)) {
    throw new Error(
      `CERTIFICATE_ARN is "${certificateArn}"; it must be the ARN of an ACM certificate in us-east-1, even if the stack is in another region`,
    );
  }
  return { baseUrl, hostName, certificateArn };
}
