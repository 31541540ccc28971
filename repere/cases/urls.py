"""Addresses of this room. Words in them are neutral, and a case is named by its code alone."""

from django.urls import path

from repere.cases.views import access, case, concern, facts, identity, lists, tasks

app_name = "cases"
urlpatterns = [
    path("", lists.worklist, name="worklist"),
    path("search/", lists.search, name="search"),
    path("notices/", lists.notices, name="notices"),
    path("entries/new/", concern.start, name="concern_new"),
    path("entries/<uuid:key>/discard/", concern.discard, name="concern_discard"),
    path("entries/<uuid:key>/<slug:step>/", concern.step, name="concern"),
    path("entries/<uuid:key>/<slug:step>/keep/", concern.keep, name="concern_keep"),
    path("cases/<str:code>/", case.case, name="case"),
    path("cases/<str:code>/entered/", concern.entered, name="entered"),
    path("cases/<str:code>/access/new/", access.give, name="access_give"),
    path("cases/<str:code>/access/<uuid:grant>/end/", access.end, name="access_end"),
    path("cases/<str:code>/identity/", identity.identity, name="identity"),
    path("cases/<str:code>/facts/new/", facts.choose, name="fact_choose"),
    path("cases/<str:code>/facts/new/<slug:kind>/", facts.record, name="fact_new"),
    path("cases/<str:code>/facts/<uuid:fact>/", facts.recorded, name="recorded"),
    path("cases/<str:code>/facts/<uuid:fact>/correct/", facts.correct, name="fact_correct"),
    path("cases/<str:code>/facts/<uuid:fact>/withdraw/", facts.withdraw, name="fact_withdraw"),
    path("cases/<str:code>/drafts/<str:form>/keep/", facts.keep, name="fact_keep"),
    path("cases/<str:code>/drafts/<str:form>/discard/", facts.discard, name="fact_discard"),
    path("cases/<str:code>/rules/<str:rule_id>/", case.rule, name="rule"),
    path("cases/<str:code>/demands/", case.demands, name="demands"),
    path("cases/<str:code>/compare/", case.compare, name="compare"),
    path("cases/<str:code>/next-steps/", case.next_steps, name="next_steps"),
    path("cases/<str:code>/card/", case.card, name="card"),
    path("cases/<str:code>/document.pdf", case.card_paper, name="card_paper"),
    path("tasks/<uuid:task>/assign/", tasks.assign, name="task_assign"),
    path("tasks/<uuid:task>/snooze/", tasks.snooze, name="task_snooze"),
    path("tasks/<uuid:task>/resume/", tasks.resume, name="task_resume"),
    path("tasks/<uuid:task>/waive/", tasks.waive, name="task_waive"),
    path("tasks/<uuid:task>/reopen/", tasks.reopen, name="task_reopen"),
]
