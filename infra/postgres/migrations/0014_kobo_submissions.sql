-- What is known of each KoboToolbox submission: which edit was sent, as which version, and which records stand for it.
create table ops.kobo_submissions (
    form text not null,
    root text not null,
    submission_id bigint,
    uuid text not null,
    past_uuids text[] not null default '{}',
    version integer not null check (version > 0),
    live jsonb not null default '{}',
    mapping text not null,
    digest text not null,
    source text not null check (source in ('hook', 'pull')),
    seen_at timestamptz not null default clock_timestamp(),
    settled boolean not null default false,
    settled_at timestamptz,
    refused jsonb not null default '[]',
    receipt text,
    voided boolean not null default false,
    primary key (form, root)
);
comment on column ops.kobo_submissions.root is
'meta/rootUuid, which edits keep; or Kobo''s _id where the form says so.';
comment on column ops.kobo_submissions.uuid is '_uuid of the edit that `version` stands for; edits change it.';
comment on column ops.kobo_submissions.live is
'Records that may stand in the warehouse for this submission: subject -> type, time, city.';
comment on column ops.kobo_submissions.digest is
'Keyed hash of the mapped events: tells a changed mapping from a new edit.';
comment on column ops.kobo_submissions.settled is
'False from the claim of a version until the gateway answered for its events.';
comment on column ops.kobo_submissions.refused is
'Reasons (code, pointer, question) of the events that were refused; never a value.';

-- Versions are given out here and nowhere else, so that hook and pull at once give one record.
create function ops.claim_kobo_submission(
    p_form text, p_root text, p_uuid text, p_is_edit boolean, p_submission_id bigint,
    p_mapping text, p_digest text, p_live jsonb, p_source text
)
returns table (claimed_version integer, live_before jsonb, is_superseded boolean)
language plpgsql as $$
declare
    known ops.kobo_submissions;
    next_version integer;
begin
    -- An original is always version 1: the hook may send it without asking, while Postgres is away.
    insert into ops.kobo_submissions (form, root, submission_id, uuid, version, live, mapping, digest, source)
    values (p_form, p_root, p_submission_id, p_uuid, case when p_is_edit then 2 else 1 end, p_live, p_mapping, p_digest, p_source)
    on conflict (form, root) do nothing
    returning version into next_version;
    if next_version is not null then
        return query select next_version, '{}'::jsonb, false;
        return;
    end if;
    select * into strict known from ops.kobo_submissions where form = p_form and root = p_root for update;
    if not known.voided and known.uuid <> p_uuid and (p_uuid = any(known.past_uuids) or not p_is_edit) then
        return query select known.version, known.live, true;
        return;
    end if;
    next_version := known.version
        + case when known.uuid = p_uuid and known.digest = p_digest and not known.voided then 0 else 1 end;
    update ops.kobo_submissions as s
    set
        submission_id = coalesce(p_submission_id, s.submission_id),
        uuid = p_uuid,
        past_uuids = case when s.uuid <> p_uuid then s.past_uuids || s.uuid else s.past_uuids end,
        version = next_version,
        live = s.live || p_live,
        mapping = p_mapping,
        digest = p_digest,
        source = p_source,
        seen_at = clock_timestamp(),
        settled = false,
        voided = false
    where s.form = p_form and s.root = p_root;
    return query select next_version, known.live, false;
end
$$;

-- A deletion: the version of its voids, and the records to void. Repeated until it is settled.
create function ops.void_kobo_submission(p_form text, p_root text)
returns table (claimed_version integer, live_before jsonb)
language sql as $$
    update ops.kobo_submissions as s
    set
        version = s.version + case when s.voided then 0 else 1 end,
        voided = true,
        settled = false
    where s.form = p_form and s.root = p_root
    returning s.version, s.live
$$;

create view ops.v_kobo_forms as
select
    form,
    count(*) filter (where not voided) as submissions,
    count(*) filter (where voided) as deleted,
    count(*) filter (where refused <> '[]') as with_refusals,
    count(*) filter (where not settled) as under_way,
    max(seen_at) as last_seen_at
from ops.kobo_submissions
group by form;

grant select, insert, update on ops.kobo_submissions to corridor_gateway, corridor_loader;
grant execute on function ops.claim_kobo_submission(text, text, text, boolean, bigint, text, text, jsonb, text)
to corridor_gateway, corridor_loader;
grant execute on function ops.void_kobo_submission(text, text) to corridor_gateway, corridor_loader;
grant select on ops.v_kobo_forms to corridor_reader, bi_engineer;
revoke all on ops.kobo_submissions from corridor_warehouse;
