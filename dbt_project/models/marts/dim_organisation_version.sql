with

icbs as (
    select * from {{ ref("icbs") }}
),

-- Organisations of the national directory, as two of its extracts show them.
trusts as (
    select
        organisation_code,
        organisation_name,
        coalesce(icb_code, 'unknown') as icb_code,
        opened_on,
        closed_on
    from {{ ref("ods_nhs_trusts") }}
),

trusts_before as (
    select * from {{ ref("ods_nhs_trusts_before") }}
),

began as (
    select
        successor_code,
        min(succeeded_on) as succeeded_on
    from {{ ref("icb_succession") }}
    group by successor_code
),

standing as (
    select
        trusts.*,
        coalesce(trusts_before.valid_to + 1, trusts.opened_on) as valid_from,
        coalesce(trusts_before.is_day_known, true) as is_valid_from_known,
        -- A board that began later cannot have been its board before, and the directory does not say which one was.
        case when icbs.valid_from = began.succeeded_on then icbs.valid_from else date '1900-01-01' end as board_from
    from trusts
    left join trusts_before on trusts.organisation_code = trusts_before.organisation_code
    left join icbs on trusts.icb_code = icbs.icb_code
    left join began on trusts.icb_code = began.successor_code
    -- What had closed before its ICB merged was never part of the merged one.
    where trusts.closed_on is null or trusts_before.valid_to is null or trusts.closed_on > trusts_before.valid_to
),

listed as (
    select
        trusts_before.organisation_code,
        trusts_before.organisation_name,
        trusts_before.icb_code,
        trusts.opened_on as valid_from,
        trusts_before.valid_to,
        true as is_valid_from_known
    from trusts_before
    inner join trusts on trusts_before.organisation_code = trusts.organisation_code
    union all
    select
        organisation_code,
        organisation_name,
        'unknown' as icb_code,
        valid_from,
        least(closed_on, (board_from - 1)::date) as valid_to,
        is_valid_from_known
    from standing
    where valid_from < board_from
    union all
    select
        organisation_code,
        organisation_name,
        icb_code,
        greatest(valid_from, board_from) as valid_from,
        closed_on as valid_to,
        is_valid_from_known
    from standing
    where closed_on is null or closed_on >= board_from
),

senders as (
    select * from {{ ref("dim_organisation") }}
),

versions as (
    select
        senders.organisation_code,
        senders.organisation_name,
        senders.organisation_kind,
        coalesce(placed.icb_code, senders.icb_code) as icb_code,
        coalesce(placed.icb_name, senders.icb_name) as icb_name,
        coalesce(placed.valid_from, date '1900-01-01') as valid_from,
        least(placed.valid_to, senders.closed_on) as valid_to,
        true as is_valid_from_known,
        senders.closed_on,
        senders.succeeded_by,
        'provider file' as source
    from senders
    left join {{ ref("int_organisations__placed") }} as placed
        on
            senders.organisation_code = placed.organisation_code
            and (senders.closed_on is null or senders.closed_on >= placed.valid_from)
    union all
    select
        listed.organisation_code,
        listed.organisation_name,
        'nhs_trust' as organisation_kind,
        listed.icb_code,
        coalesce(icbs.icb_name, 'Unknown integrated care board') as icb_name,
        listed.valid_from,
        listed.valid_to,
        listed.is_valid_from_known,
        trusts.closed_on,
        null as succeeded_by,
        'national directory' as source
    from listed
    inner join trusts on listed.organisation_code = trusts.organisation_code
    left join icbs on listed.icb_code = icbs.icb_code
    left join senders on listed.organisation_code = senders.organisation_code
    -- A sender's own file knows more of it than the directory.
    where senders.organisation_code is null
),

described as (
    select
        organisation_code || '/' || valid_from as organisation_version_id,
        -- A code outlives names and ICBs and is never given to another organisation.
        organisation_code as organisation_id,
        organisation_code,
        organisation_name,
        organisation_kind,
        icb_code,
        icb_name,
        valid_from,
        valid_to,
        is_valid_from_known,
        closed_on,
        succeeded_by,
        source,
        row_number() over (
            partition by organisation_code
            order by valid_from desc
        ) = 1 as is_latest
    from versions
)

select * from described
