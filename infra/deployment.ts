/** What differs between two deployments of one publication. Read from the environment when the stack is synthesized. */
export type Deployment = {
  stackName: string;
  /** A domain of one's own; absent: CloudFront's. */
  domain?: { baseUrl: string; hostName: string; certificateArn: string };
  /** Who is mailed when an alarm goes off. */
  alarmEmail?: string;
};

/** Environment → Deployment. Throws an error that names the variable and what is allowed. */
export function readDeployment(env: Record<string, string | undefined>): Deployment {
  const domain = domainOf(env.BROADSHEET_URL, env.CERTIFICATE_ARN);
  const alarmEmail = env.ALARM_EMAIL;
  if (alarmEmail && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(alarmEmail)) {
    throw new Error(`ALARM_EMAIL is "${alarmEmail}"; it must be a mail address`);
  }
  return {
    stackName: stackNameOf(env.BROADSHEET_STACK || 'Broadsheet'),
    ...(domain && { domain }),
    ...(alarmEmail && { alarmEmail }),
  };
}

function stackNameOf(name: string): string {
  if (/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)) return name;
  throw new Error(
    `BROADSHEET_STACK is "${name}"; it must be up to 64 letters, digits and hyphens, a letter first`,
  );
}

function domainOf(url: string | undefined, certificateArn: string | undefined): Deployment['domain'] {
  if (!url && !certificateArn) return undefined;
  if (!url || !certificateArn) {
    throw new Error(
      `${url ? 'CERTIFICATE_ARN' : 'BROADSHEET_URL'} is not set; a domain of your own needs both BROADSHEET_URL and CERTIFICATE_ARN, CloudFront's domain neither`,
    );
  }
  const hostName = URL.canParse(url) ? new URL(url).hostname : '';
  const baseUrl = `https://${hostName}`;
  if (url.replace(/\/$/, '') !== baseUrl || !hostName.includes('.')) {
    throw new Error(
      `BROADSHEET_URL is "${url}"; it must be https and a host alone, with no port or path, such as "https://news.example"`,
    );
  }
  // CloudFront takes certificates of this region only, wherever the stack is.
  if (!/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/.test(certificateArn)) {
    throw new Error(
      `CERTIFICATE_ARN is "${certificateArn}"; it must be the ARN of an ACM certificate in us-east-1, whatever the stack's region`,
    );
  }
  return { baseUrl, hostName, certificateArn };
}
