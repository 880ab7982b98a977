with

loads as (
    select
        deliveries.load_id,
        deliveries.provider_code,
        deliveries.icb_code,
        load_records.record
    from {{ ref("stg_delivery") }} as deliveries
    inner join {{ ref("stg_load_record") }} as load_records on deliveries.load_id = load_records.load_id
    where deliveries.is_standing
),

rows_set_aside as (
    select
        load_id,
        record,
        count(distinct row_number) as rows_set_aside
    from {{ ref("stg_quarantined_row") }}
    group by load_id, record
),

as_a_whole as (
    select
        loads.provider_code,
        loads.icb_code,
        loads.record,
        'all' as rule,
        'record' as kind,
        null as severity,
        count(*) as files_received,
        sum(coalesce(accepted.rows_accepted, 0) + coalesce(rows_set_aside.rows_set_aside, 0)) as rows_read,
        sum(coalesce(accepted.rows_accepted, 0)) as rows_accepted,
        null::numeric as rows_failed,
        sum(coalesce(rows_set_aside.rows_set_aside, 0)) as rows_set_aside
    from loads
    left join {{ ref("stg_load_row_count") }} as accepted
        on loads.load_id = accepted.load_id and loads.record = accepted.record
    left join rows_set_aside
        on loads.load_id = rows_set_aside.load_id and loads.record = rows_set_aside.record
    group by loads.provider_code, loads.icb_code, loads.record
),

by_contract_rule as (
    select
        loads.provider_code,
        loads.icb_code,
        loads.record,
        rule_results.rule,
        'rule' as kind,
        max(rule_results.severity) as severity,
        count(*) as files_received,
        sum(rule_results.checked) as rows_read,
        sum(rule_results.checked - rule_results.failed) as rows_accepted,
        sum(rule_results.failed) as rows_failed,
        -- A warning names rows and keeps them.
        sum(case when rule_results.severity = 'set_aside' then rule_results.failed else 0 end) as rows_set_aside
    from loads
    inner join {{ ref("stg_rule_result") }} as rule_results
        on loads.load_id = rule_results.load_id and loads.record = rule_results.record
    group by loads.provider_code, loads.icb_code, loads.record, rule_results.rule
),

-- Faults that the reader met while typing cells have no result in the SQL pass: only their rows are listed.
by_reader_rule as (
    select
        loads.provider_code,
        loads.icb_code,
        loads.record,
        quarantined_rows.rule,
        'rule' as kind,
        'set_aside' as severity,
        count(distinct loads.load_id) as files_received,
        null::numeric as rows_read,
        null::numeric as rows_accepted,
        count(distinct quarantined_rows.load_id || ':' || quarantined_rows.row_number) as rows_failed,
        count(distinct quarantined_rows.load_id || ':' || quarantined_rows.row_number) as rows_set_aside
    from loads
    inner join {{ ref("stg_quarantined_row") }} as quarantined_rows
        on loads.load_id = quarantined_rows.load_id and loads.record = quarantined_rows.record
    left join by_contract_rule
        on
            loads.provider_code = by_contract_rule.provider_code
            and loads.record = by_contract_rule.record
            and quarantined_rows.rule = by_contract_rule.rule
    where by_contract_rule.rule is null
    group by loads.provider_code, loads.icb_code, loads.record, quarantined_rows.rule
),

by_link as (
    select
        provider_code,
        icb_code,
        record,
        'link ' || column_name as rule,
        'link' as kind,
        'warn' as severity,
        null::bigint as files_received,
        link_count as rows_read,
        link_count - missing_link_count as rows_accepted,
        missing_link_count as rows_failed,
        0 as rows_set_aside
    from {{ ref("int_references__checked") }}
),

by_repeated_key as (
    select
        provider_code,
        icb_code,
        record,
        'repeated key' as rule,
        'repeated_key' as kind,
        'warn' as severity,
        null::bigint as files_received,
        sum(row_count) as rows_read,
        sum(row_count - repeated_count) as rows_accepted,
        sum(repeated_count) as rows_failed,
        0 as rows_set_aside
    from {{ ref("int_keys__repeated") }}
    group by provider_code, icb_code, record
),

together as (
    select * from as_a_whole
    union all
    select * from by_contract_rule
    union all
    select * from by_reader_rule
    union all
    select * from by_link
    union all
    select * from by_repeated_key
),

described as (
    select
        provider_code as organisation_code,
        icb_code,
        record,
        rule,
        kind,
        severity,
        files_received,
        rows_read::bigint as rows_read,
        rows_accepted::bigint as rows_accepted,
        rows_failed::bigint as rows_failed,
        rows_set_aside::bigint as rows_set_aside
    from together
)

select * from described
